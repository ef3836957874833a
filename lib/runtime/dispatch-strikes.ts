import { Logger } from '@nestjs/common';
import { GroupCommit } from '../batching/group-commit.js';
import type { Clock } from '../clock/clock.js';
import { ClosedError } from '../errors/closed.error.js';
import { describeError } from '../errors/describe-error.js';
import type { AppendResult } from '../event-store/append-result.js';
import type { EventStore } from '../event-store/event-store.js';
import type { DispatchedRange } from '../event-store/undispatched-stream.js';

/** How long a strike waits for company: nobody waits for it. */
const MAX_DELAY_MS = 20;

/**
 * Strikes what was staged off the store's list of undispatched streams, many appends at a time and behind the back of
 * their callers. What is not struck, because the store is away or the process dies, is only staged once more, by `UndispatchedSweep`.
 */
export class DispatchStrikes {
  private readonly logger = new Logger('EventSourcing');
  private readonly commit: GroupCommit<DispatchedRange>;

  constructor(store: EventStore, clock: Clock) {
    this.commit = new GroupCommit({
      flush: (ranges) => store.dispatched(ranges),
      clock,
      maxDelayMs: MAX_DELAY_MS,
      maxInFlight: 1,
    });
  }

  /** Call it after the jobs of these events were staged. */
  strike({
    stream,
    firstSequence,
    lastSequence,
  }: Pick<AppendResult, 'stream' | 'firstSequence' | 'lastSequence'>): void {
    this.commit.add({ stream, from: firstSequence, to: lastSequence }).catch((error: unknown) => {
      if (error instanceof ClosedError) return;
      this.logger.warn({ message: 'Events may be staged twice', ...stream, error: describeError(error) });
    });
  }
}

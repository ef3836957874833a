import { Logger } from '@nestjs/common';
import { GroupCommit } from '../batching/group-commit.js';
import type { Clock } from '../clock/clock.js';
import { ClosedError } from '../errors/closed.error.js';
import { describeError } from '../errors/describe-error.js';
import type { AppendResult } from '../event-store/append-result.js';
import { roundsOf } from '../event-store/rounds-of.js';
import type { EventStore } from '../event-store/event-store.js';
import type { DispatchedRange } from '../event-store/undispatched-stream.js';
import type { FedComponents } from './fed-components.js';
import type { RangeStaging } from './range-staging.js';

/** How long a strike waits for company: nobody waits for it. */
const MAX_DELAY_MS = 20;

/**
 * Strikes what was staged off the store's list of undispatched streams, many appends at a time and behind the back of
 * their callers, once it is staged for all components that are live (`RangeStaging`). What is not struck, because the
 * store or the queue is away or the process dies, is only staged once more, by `UndispatchedSweep`.
 */
export class DispatchStrikes {
  private readonly logger = new Logger('EventSourcing');
  private readonly commit: GroupCommit<DispatchedRange>;

  constructor(
    store: Pick<EventStore, 'dispatched'>,
    private readonly staging: Pick<RangeStaging, 'isComplete' | 'complete'>,
    clock: Clock,
  ) {
    this.commit = new GroupCommit({
      // Many append to the stream of a key at once: together their ranges mostly have no gap.
      flush: (ranges) => store.dispatched(roundsOf(ranges).flat()),
      clock,
      maxDelayMs: MAX_DELAY_MS,
      maxInFlight: 1,
    });
  }

  /**
   * Call it after the jobs of these events were staged.
   *
   * @param staged for which components
   * @param revision of the routes after that; absent when there was nothing to stage
   */
  strike(
    { stream, firstSequence, lastSequence }: Pick<AppendResult, 'stream' | 'firstSequence' | 'lastSequence'>,
    staged: FedComponents,
    revision?: string,
  ): void {
    const range = { stream, from: firstSequence, to: lastSequence };
    // As a rule no component has come since.
    const isDone = this.staging.isComplete(staged, revision);
    const struck = isDone ? this.commit.add(range) : this.finish(range, staged, revision);
    struck.catch((error: unknown) => {
      if (error instanceof ClosedError) return;
      this.logger.warn({ message: 'Events may be staged twice', ...stream, error: describeError(error) });
    });
  }

  private async finish(range: DispatchedRange, staged: FedComponents, revision: string | undefined): Promise<void> {
    if (await this.staging.complete([range], staged, revision)) await this.commit.add(range);
  }
}

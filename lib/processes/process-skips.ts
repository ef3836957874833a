import type { Clock } from '../clock/clock.js';
import type { EventStore } from '../event-store/event-store.js';
import type { OperatorNote } from '../queue/queue-control.js';
import { passOver } from './decide.js';
import { plainEntry } from './process-entry.js';
import type { ProcessId, ProcessLog } from './process-log.js';
import { inboxStream } from './stream/process-streams.js';

/** Lets processes pass what they fail at: by a decision that does nothing about it. */
export class ProcessSkips {
  constructor(
    private readonly store: EventStore,
    private readonly log: ProcessLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Decides about the next entry in the place of the process, which then goes on behind it.
   *
   * @returns false when there is none
   * @throws WrongExpectedSequenceError when the process went on meanwhile
   */
  async skipNext(process: ProcessId, { by, reason }: OperatorNote): Promise<boolean> {
    const { sequence, decision } = await this.log.last(process);
    const stream = inboxStream(process.name, process.tenantId, process.id);
    const next = sequence + 1;
    // Entries are of our own types, whatever the events are that they lead to.
    for await (const recorded of this.store.read(stream, { from: next, to: next })) {
      const passed = passOver(decision, plainEntry(recorded), this.clock.now());
      const { metadata } = recorded;
      await this.log.append(process, sequence, [{ decision: { ...passed, skipped: { by, reason } }, metadata }]);
      return true;
    }
    return false;
  }
}

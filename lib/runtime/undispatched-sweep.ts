import { Logger } from '@nestjs/common';
import type { EventStore } from '../event-store/event-store.js';
import type { DispatchedRange, UndispatchedStream } from '../event-store/undispatched-stream.js';
import type { RangeStaging } from './range-staging.js';

/** Streams that are found, staged and struck together. */
const PAGE_STREAMS = 500;
/** Pages of one run; what is left then comes with the next one. */
const MAX_PAGES = 20;
/** Heads that are read at a time. */
const HEADS_AT_ONCE = 10;

/**
 * Stages what was appended and never staged, because the process that appended it died, or the queue was away. Where
 * there is nothing, a run is one query for the list of the store.
 *
 * What it stages may be staged already, by somebody who is slow: projections bear that, and count nothing twice.
 */
export class UndispatchedSweep {
  private readonly logger = new Logger('EventSourcing');

  /** @param minAgeMs how long an event is left to the process that appended it */
  constructor(
    private readonly store: EventStore,
    private readonly staging: Pick<RangeStaging, 'stage'>,
    private readonly minAgeMs: number,
  ) {}

  /** @throws the reason of the signal */
  async run(signal: AbortSignal): Promise<void> {
    let staged = 0;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      signal.throwIfAborted();
      const found = await this.store.undispatched({ olderThanMs: this.minAgeMs, limit: PAGE_STREAMS });
      const ranges = await this.stored(found);
      if (ranges.length > 0) {
        // What another release must stage is left to it.
        if (!(await this.staging.stage(ranges))) break;
        await this.store.dispatched(ranges);
      }
      staged += ranges.length;
      // What was left would be found again.
      if (ranges.length < PAGE_STREAMS) break;
    }
    if (staged > 0) this.logger.log({ message: 'Staged what was appended and not staged', streams: staged });
  }

  /**
   * What the log has of them. A store may note an append before it takes place: what it never stored must not be staged,
   * for a fold would count it as covered.
   */
  private async stored(found: readonly UndispatchedStream[]): Promise<readonly DispatchedRange[]> {
    const ranges: DispatchedRange[] = [];
    for (let start = 0; start < found.length; start += HEADS_AT_ONCE) {
      const some = found.slice(start, start + HEADS_AT_ONCE);
      const heads = await Promise.all(some.map(({ stream }) => this.store.head(stream)));
      for (const [index, { stream, from, to }] of some.entries()) {
        const last = Math.min(to, heads[index]!);
        if (from <= last) ranges.push({ stream, from, to: last });
      }
    }
    return ranges;
  }
}

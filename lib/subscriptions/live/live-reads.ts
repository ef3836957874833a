import type { LiveEvent } from './live-options.js';
import type { LiveRange, LiveSource } from './live-source.js';
import { SharedReads } from './shared-reads.js';
import { Turns } from './turns.js';

/** Looks for the end of a log that may wait for transactions, for each page that may be read: waiting, they cost nothing. */
const LOOKS_PER_READ = 16;

/**
 * The reads of all live streams of a process, so many at once and in the order of their coming. Streams that ask for the
 * same share one read.
 */
export class LiveReads {
  private readonly shared = new SharedReads();
  private readonly reads: Turns;
  private readonly looks: Turns;

  constructor(maxReads: number) {
    this.reads = new Turns(maxReads);
    this.looks = new Turns(LOOKS_PER_READ * maxReads);
  }

  /** The place behind all that there is when it is called. */
  end(source: LiveSource, signal: AbortSignal): Promise<string> {
    const turns = source.mayWait ? this.looks : this.reads;
    return this.shared.read(source.place, turns, () => source.end(), signal);
  }

  /** The first events of a range. */
  page(source: LiveSource, range: LiveRange, signal: AbortSignal): Promise<readonly LiveEvent[]> {
    const key = JSON.stringify([source.query, range.after, range.end, range.limit]);
    return this.shared.read(key, this.reads, () => source.read(range), signal);
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Announcements } from '../../announcements/announcements.js';
import { OutageError } from '../../errors/outage.error.js';
import type { EventFilter } from '../subscription-filter.js';
import type { LiveEvent } from './live-options.js';
import type { LiveReads } from './live-reads.js';
import type { LiveSource } from './live-source.js';

/** Between looks at a store that is away. No options: each is over as soon as the store is back, within the longest. */
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;

export interface LiveRunParts {
  readonly source: LiveSource;
  readonly reads: LiveReads;
  readonly isMeant: EventFilter;
  readonly announcements: Pick<Announcements, 'listen'>;
  /** Where it begins: behind a place, at the beginning (`undefined`), or now. */
  readonly from: 'now' | { readonly after: string | undefined };
  /** Told of places that no event says: from where it goes on, having passed what was there. */
  readonly passed?: (cursor: string) => void;
  readonly next: (event: LiveEvent) => void;
  /** Resolves when whoever reads has room for another event. @throws what ends the run */
  readonly room?: () => Promise<void>;
  /** How often the log is looked at without an announcement; milliseconds. */
  readonly pollMs: number;
  /** Events that are read at a time: what is kept for a reader who stops. */
  readonly maxBufferedEvents: number;
}

/**
 * Follows the log for one reader.
 *
 * *reading* (page by page, up to where the log ended when it began to read) → *waiting* (for an announcement of the tenant,
 * or a look from time to time) → *reading* behind that end …, or → (the store is away) *pausing*, ever longer → *reading*.
 * From anywhere → *ended*.
 *
 * It begins to hear announcements before it looks for the end; nothing comes to stand before an end any more, and each read
 * goes on behind the last event, or the last end, in the one order of the log: so nothing is missed between the past and the
 * present, nothing comes twice, and what the query does not mean is read past once. The log is its buffer: while there is no
 * room it does not read.
 */
export class LiveRun {
  private readonly ending = new AbortController();
  private wake: (() => void) | undefined;
  /** Something came since the last read began. */
  private isWoken = false;

  constructor(private readonly parts: LiveRunParts) {}

  stop(): void {
    this.ending.abort();
    this.wake?.();
  }

  /** Resolves when it was ended. @throws what no pause mends */
  async run(): Promise<void> {
    const { announcements, source } = this.parts;
    const stop = announcements.listen((tenantId) => {
      if (tenantId === undefined || tenantId === source.tenantId) this.hear();
    });
    try {
      const { from } = this.parts;
      let after = from === 'now' ? await this.begin() : from.after;
      if (from === 'now') await this.untilWoken();
      while (!this.ended) {
        this.isWoken = false;
        after = await this.readOn(after);
        await this.untilWoken();
      }
    } finally {
      stop();
    }
  }

  private get ended(): boolean {
    return this.ending.signal.aborted;
  }

  private async begin(): Promise<string | undefined> {
    const end = await this.end();
    if (end !== undefined) this.parts.passed?.(end);
    return end;
  }

  /** Reads up to where the log ends now. Returns from where to go on. */
  private async readOn(from: string | undefined): Promise<string | undefined> {
    const { source, reads, maxBufferedEvents, isMeant, next, room, passed } = this.parts;
    const end = await this.end();
    // An end can be that of an older look, where servers have clocks of their own: never back.
    if (end === undefined || (from !== undefined && !source.isBefore(from, end))) return from;
    let after = from;
    let isFull = true;
    while (isFull) {
      const last = after;
      const page = await this.untilThere(() =>
        reads.page(source, { after: last, end, limit: maxBufferedEvents }, this.ending.signal),
      );
      for (const event of page ?? []) {
        if (this.ended) return undefined;
        after = event.cursor;
        if (isMeant(event)) {
          next(event);
          await room?.();
        } else passed?.(after);
      }
      if (this.ended) return undefined;
      isFull = page?.length === maxBufferedEvents;
    }
    passed?.(end);
    return end;
  }

  private end(): Promise<string | undefined> {
    const { reads, source } = this.parts;
    return this.untilThere(() => reads.end(source, this.ending.signal));
  }

  /** Tries for as long as the store is away; undefined when it was ended. */
  private async untilThere<T>(look: () => Promise<T>): Promise<T | undefined> {
    for (let pauseMs = FIRST_PAUSE_MS; !this.ended; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      try {
        const found = await look();
        return this.ended ? undefined : found;
      } catch (error) {
        if (this.ended) return undefined;
        if (!(error instanceof OutageError)) throw error;
        await delay(pauseMs, undefined, { signal: this.ending.signal }).catch(() => undefined);
      }
    }
    return undefined;
  }

  private hear(): void {
    this.isWoken = true;
    this.wake?.();
  }

  private async untilWoken(): Promise<void> {
    if (this.isWoken || this.ended) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.parts.pollMs);
      timer.unref();
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = undefined;
  }
}

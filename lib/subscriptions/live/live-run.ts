import { setTimeout as delay } from 'node:timers/promises';
import type { Announcements } from '../../announcements/announcements.js';
import { OutageError } from '../../errors/outage.error.js';
import type { EventFilter } from '../subscription-filter.js';
import type { LiveEvent } from './live-options.js';
import type { LiveSource } from './live-source.js';

/** Between looks at a store that is away. No options: each is over as soon as the store is back, within the longest. */
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;

export interface LiveRunParts {
  readonly source: LiveSource;
  readonly isMeant: EventFilter;
  readonly announcements: Pick<Announcements, 'listen'>;
  /** Where it begins: behind a place, at the beginning (`undefined`), or now. */
  readonly from: 'now' | { readonly after: string | undefined };
  /** Told where it begins, where that is now. */
  readonly begun?: (cursor: string) => void;
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
 * *reading* (page by page, up to the end of the log) → *waiting* (for an announcement of the tenant, or a look from time to
 * time) → *reading* behind the last event …, or → (the store is away) *pausing*, ever longer → *reading*. From anywhere →
 * *ended*.
 *
 * It begins to hear announcements before it reads, and each read goes on behind the last event in the one order of the
 * log: so nothing is missed between the past and the present, and nothing comes twice. The log is its buffer: while there
 * is no room it does not read.
 */
export class LiveRun {
  private readonly ending = new AbortController();
  private wake: (() => void) | undefined;
  /** Something came since the last read began. */
  private isWoken = false;

  constructor(private readonly parts: LiveRunParts) {}

  end(): void {
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
      while (!this.ended) {
        this.isWoken = false;
        const last = after;
        const page = await this.untilThere(() => this.page(last));
        for (const event of page ?? []) {
          if (this.ended) return;
          after = event.cursor;
          if (!this.parts.isMeant(event)) continue;
          this.parts.next(event);
          await this.parts.room?.();
        }
        if ((page?.length ?? 0) < this.parts.maxBufferedEvents) await this.untilWoken();
      }
    } finally {
      stop();
    }
  }

  private get ended(): boolean {
    return this.ending.signal.aborted;
  }

  private async begin(): Promise<string | undefined> {
    const cursor = await this.untilThere(() => this.parts.source.now());
    if (cursor !== undefined && !this.ended) this.parts.begun?.(cursor);
    return cursor;
  }

  private async page(after: string | undefined): Promise<readonly LiveEvent[]> {
    const page: LiveEvent[] = [];
    const { source, maxBufferedEvents } = this.parts;
    for await (const event of source.read(after, maxBufferedEvents)) page.push(event);
    return page;
  }

  /** Tries for as long as the store is away; undefined when it was ended. */
  private async untilThere<T>(look: () => Promise<T>): Promise<T | undefined> {
    for (let pauseMs = FIRST_PAUSE_MS; !this.ended; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      try {
        return await look();
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

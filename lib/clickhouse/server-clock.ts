import type { ClickHouseConnection } from './clickhouse-connection.js';

/** Of several round trips the shortest says most: the error of the estimate is at most half of it. */
const SAMPLES = 3;
const DEFAULT_MAX_AGE_MS = 30_000;

export interface ServerClockOptions {
  /** Age of the offset from which on it is measured again. @default 30_000 */
  readonly maxAgeMs?: number;
  /** A clock that never steps, in milliseconds. @default performance.now */
  readonly monotonicNow?: () => number;
}

interface Offset {
  readonly ms: number;
  readonly uncertaintyMs: number;
  readonly measuredAt: number;
}

/**
 * Estimates the time of the ClickHouse server: the local monotonic clock plus an offset that is measured over a round
 * trip. `now()` never goes back within one process, whatever a new measurement says.
 */
export class ServerClock {
  private readonly maxAgeMs: number;
  private readonly monotonicNow: () => number;
  private offset: Offset | null = null;
  private syncing: Promise<void> | null = null;
  private last = 0;

  constructor(
    private readonly connection: Pick<ClickHouseConnection, 'query'>,
    options: ServerClockOptions = {},
  ) {
    this.maxAgeMs = options.maxAgeMs ?? DEFAULT_MAX_AGE_MS;
    this.monotonicNow = options.monotonicNow ?? (() => performance.now());
  }

  /** Measures the offset now. Callers at the same time share one measurement. Rejects when the server does not answer. */
  sync(): Promise<void> {
    this.syncing ??= this.measure().finally(() => (this.syncing = null));
    return this.syncing;
  }

  /** Resolves when the offset is younger than `maxAgeMs`, at once if it already is. */
  async fresh(): Promise<void> {
    if (this.isStale()) await this.sync();
  }

  /**
   * The server's time in whole milliseconds since the epoch. When the offset is old, a new measurement is begun in the
   * background; until it arrives, or when it fails, the old one is used.
   *
   * @throws Error when `sync()` never succeeded
   */
  now(): number {
    if (this.offset === null) throw new Error('ServerClock.now() before the first sync()');
    // A failure changes nothing here: the next call begins again, and `fresh()` is for those who must know.
    if (this.isStale()) void this.sync().catch(() => undefined);
    this.last = Math.max(this.last, Math.floor(this.monotonicNow() + this.offset.ms));
    return this.last;
  }

  /** Upper bound of the error of the last measurement. */
  get uncertaintyMs(): number {
    return this.offset?.uncertaintyMs ?? Number.POSITIVE_INFINITY;
  }

  private isStale(): boolean {
    return this.offset === null || this.monotonicNow() - this.offset.measuredAt >= this.maxAgeMs;
  }

  private async measure(): Promise<void> {
    let best: Offset | null = null;
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const sent = this.monotonicNow();
      const [row] = await this.connection.query<{ ms: string }>('SELECT toUnixTimestamp64Milli(now64(3)) AS ms');
      const received = this.monotonicNow();
      const uncertaintyMs = (received - sent) / 2;
      if (best !== null && best.uncertaintyMs <= uncertaintyMs) continue;
      best = { ms: Number(row?.ms) - (sent + uncertaintyMs), uncertaintyMs, measuredAt: received };
    }
    this.offset = best;
  }
}

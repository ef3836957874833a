import type { Clock } from '../clock/clock.js';
import { ClosedError } from '../errors/closed.error.js';
import { GroupCommitFullError } from './group-commit-full.error.js';

export interface GroupCommitOptions<T> {
  /** Writes one batch, in the order of `add`. It must end within a bound of its own, and makes its own repeats. */
  readonly flush: (items: readonly T[]) => Promise<void>;
  /** Size of an item, for `maxBytes` and `maxQueuedBytes`. @default 0 for each, so that only rows count */
  readonly bytesOf?: (item: T) => number;
  /**
   * Whether a batch that failed this way is split in two and tried again, down to single items: so that one bad item
   * does not fail the others. For errors after which nothing of the batch was written. @default never
   */
  readonly splitOn?: (error: unknown) => boolean;
  readonly clock: Pick<Clock, 'schedule'>;
  /** @default 1_000 */
  readonly maxRows?: number;
  /** A single larger item still goes, alone. @default 1_048_576 */
  readonly maxBytes?: number;
  /** How long a batch that is not full waits for company. @default 5 */
  readonly maxDelayMs?: number;
  /** Flushes at the same time. @default 2 */
  readonly maxInFlight?: number;
  /** @default 50_000 */
  readonly maxQueuedRows?: number;
  /** @default 67_108_864 */
  readonly maxQueuedBytes?: number;
}

interface Entry<T> {
  readonly item: T;
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Collects single writes of many callers into batches, because a database pays per statement and round trip far more than per row.
 *
 * An item is *queued* by `add`, *in flight* once its batch is being flushed, and then settled: its promise resolves or
 * rejects with the flush. A batch leaves when a flush may start (fewer than `maxInFlight` run) and it is full or its
 * oldest item has waited `maxDelayMs`. While all flushes are busy the next batch grows by itself, so under load
 * the batches get as large as needed and the delay plays no part.
 *
 * The queue is bounded: beyond it `add` rejects, and nothing was accepted.
 */
export class GroupCommit<T> {
  private readonly options: Required<GroupCommitOptions<T>>;
  private queue: Entry<T>[] = [];
  private queuedBytes = 0;
  private inFlight = 0;
  /** Set while the oldest item of the queue waits for company. */
  private cancelDelay: (() => void) | null = null;
  /** The oldest item has waited long enough: its batch goes as soon as a flush may start. */
  private due = false;
  private closed = false;
  private onDrained: (() => void)[] = [];

  constructor(options: GroupCommitOptions<T>) {
    this.options = {
      bytesOf: () => 0,
      splitOn: () => false,
      maxRows: 1_000,
      maxBytes: 1_048_576,
      maxDelayMs: 5,
      maxInFlight: 2,
      maxQueuedRows: 50_000,
      maxQueuedBytes: 67_108_864,
      ...options,
    };
  }

  /**
   * Resolves when the item is written; rejects with the error of the flush that it was part of, or with
   * GroupCommitFullError or ClosedError when it was not accepted.
   */
  add(item: T): Promise<void> {
    if (this.closed) return Promise.reject(new ClosedError('The group commit'));
    const bytes = this.options.bytesOf(item);
    const { maxQueuedRows, maxQueuedBytes } = this.options;
    const full = this.queue.length >= maxQueuedRows || this.queuedBytes + bytes > maxQueuedBytes;
    // An item over the bound by itself is let in when nothing else waits: it could never come in otherwise.
    if (full && this.queue.length > 0) {
      return Promise.reject(new GroupCommitFullError(this.queue.length, this.queuedBytes));
    }
    return new Promise<void>((resolve, reject) => {
      this.queue.push({ item, bytes, resolve, reject });
      this.queuedBytes += bytes;
      this.pump();
    });
  }

  /**
   * Accepts nothing more and writes what is queued. Resolves when all is settled, or after `timeoutMs`: what was then
   * still queued is rejected with a ClosedError, and what is in flight settles with its flush.
   */
  async close(options: { readonly timeoutMs: number }): Promise<void> {
    this.closed = true;
    this.due = true;
    this.pump();
    if (this.isDrained()) return;
    await new Promise<void>((resolve) => {
      const cancel = this.options.clock.schedule(options.timeoutMs, () => {
        for (const entry of this.take(this.queue.length)) entry.reject(new ClosedError('The group commit'));
        resolve();
      });
      this.onDrained.push(() => {
        cancel();
        resolve();
      });
    });
  }

  /** Starts every flush that may start now, and sees to the delay of the rest. */
  private pump(): void {
    while (this.inFlight < this.options.maxInFlight && this.queue.length > 0) {
      const size = this.nextBatchSize();
      if (size === null) break;
      this.start(this.take(size));
    }
    if (this.queue.length === 0) this.endDelay();
    else if (!this.due) this.beginDelay();
  }

  /** How many items the next batch has, or null while it should wait for more. */
  private nextBatchSize(): number | null {
    const { maxRows, maxBytes } = this.options;
    if (!this.due && this.queue.length < maxRows && this.queuedBytes < maxBytes) return null;
    let bytes = 0;
    let size = 0;
    for (const entry of this.queue) {
      if (size === maxRows || (size > 0 && bytes + entry.bytes > maxBytes)) return size;
      bytes += entry.bytes;
      size += 1;
    }
    return size;
  }

  private take(size: number): Entry<T>[] {
    const batch = this.queue.splice(0, size);
    for (const entry of batch) this.queuedBytes -= entry.bytes;
    // The delay belonged to the oldest item, which is gone; while closing, all that is left is due.
    this.endDelay();
    return batch;
  }

  private start(batch: readonly Entry<T>[]): void {
    this.inFlight += 1;
    void this.write(batch).then(() => {
      this.inFlight -= 1;
      this.pump();
      if (this.isDrained()) for (const notify of this.onDrained.splice(0)) notify();
    });
  }

  /** Settles every entry; never rejects. */
  private async write(batch: readonly Entry<T>[]): Promise<void> {
    try {
      await this.options.flush(batch.map((entry) => entry.item));
    } catch (error) {
      if (batch.length === 1 || !this.options.splitOn(error)) {
        for (const entry of batch) entry.reject(error);
        return;
      }
      const middle = batch.length >> 1;
      await this.write(batch.slice(0, middle));
      await this.write(batch.slice(middle));
      return;
    }
    for (const entry of batch) entry.resolve();
  }

  private beginDelay(): void {
    this.cancelDelay ??= this.options.clock.schedule(this.options.maxDelayMs, () => {
      this.cancelDelay = null;
      this.due = true;
      this.pump();
    });
  }

  private endDelay(): void {
    this.cancelDelay?.();
    this.cancelDelay = null;
    this.due = this.closed;
  }

  private isDrained(): boolean {
    return this.queue.length === 0 && this.inFlight === 0;
  }
}

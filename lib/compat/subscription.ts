import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { describeError } from '../errors/describe-error.js';
import type { EventStore as Log } from '../event-store/event-store.js';
import type { StreamId } from '../event-store/stream-id.js';
import type { EventRecord } from './event.js';
import type { HandleEvents } from './event-store.js';
import { toEventRecord } from './to-event-record.js';

/** Most events of one call of the handler. */
const MAX_BATCH_EVENTS = 100;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 30_000;

/**
 * Goes along the stream behind the last event that its handler has taken.
 *
 * *resting* (looks for new events when woken, and every `pollMs`) → *handling* (until there is nothing new) → *resting*,
 * or → (the handler or the log fails) *pausing*, ever longer → *handling* the same events again. From anywhere → *ended*.
 */
export class Subscription {
  readonly id = randomUUID();
  private readonly logger = new Logger(Subscription.name);
  private readonly poll: NodeJS.Timeout;
  private running?: Promise<void>;
  private again = false;
  private failures = 0;
  private pause?: NodeJS.Timeout;
  private ended = false;

  constructor(
    private readonly log: Log,
    private readonly stream: StreamId,
    private last: number,
    private readonly handle: HandleEvents,
    pollMs: number,
  ) {
    this.poll = setInterval(() => void this.wake(), pollMs);
    this.poll.unref();
  }

  /** Resolves when it has called the handler with what is new; at once when it is busy, and then it will. */
  async wake(): Promise<void> {
    if (this.ended || this.pause) return;
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = this.run();
    await this.running;
  }

  /** Resolves when the handler does not run any more. */
  async end(): Promise<void> {
    this.ended = true;
    clearInterval(this.poll);
    clearTimeout(this.pause);
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      do {
        this.again = false;
        while (!this.ended && (await this.handleNext()));
      } while (this.again && !this.ended);
    } catch (error) {
      this.pauseAfter(error);
    } finally {
      this.running = undefined;
    }
  }

  /** Returns whether there was anything. */
  private async handleNext(): Promise<boolean> {
    const batch: EventRecord[] = [];
    for await (const event of this.log.read(this.stream, { from: this.last + 1, limit: MAX_BATCH_EVENTS })) {
      batch.push(toEventRecord(event));
    }
    if (batch.length === 0 || this.ended) return false;
    await this.handle(batch);
    this.last = batch[batch.length - 1]!.sequenceNumber;
    this.failures = 0;
    return true;
  }

  private pauseAfter(error: unknown): void {
    if (this.ended) return;
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** this.failures, MAX_PAUSE_MS);
    this.failures += 1;
    this.logger.warn({
      message: 'A subscriber failed and is called again with the same events',
      subscription: this.id,
      after: this.last,
      pauseMs,
      error: describeError(error),
    });
    this.pause = setTimeout(() => {
      this.pause = undefined;
      void this.wake();
    }, pauseMs);
    this.pause.unref();
  }
}

import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Announcements } from '../announcements/announcements.js';
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

/** The subscriptions whose handlers may wait for what runs here, and which therefore must not be waited for. */
const handling = new AsyncLocalStorage<readonly Subscription[]>();

/** How a subscription hears of new events. */
export interface SubscriptionTools {
  readonly announcements: Pick<Announcements, 'listen'>;
  /** How often it looks by itself; milliseconds. */
  readonly pollMs: number;
}

/**
 * Goes along the stream behind the last event that its handler has taken.
 *
 * *resting* (looks for new events when woken or told of some, and every `pollMs`, since who was told may have missed it) →
 * *handling* (until there is nothing new) → *resting*, or → (the handler or the log fails) *pausing*, ever longer →
 * *handling* the same events again. From anywhere → *ended*.
 */
export class Subscription {
  readonly id = randomUUID();
  private readonly logger = new Logger(Subscription.name);
  private readonly poll: NodeJS.Timeout;
  private readonly stopListening: () => void;
  private running?: Promise<void>;
  private again = false;
  /** Its handler runs. */
  private busy = false;
  private failures = 0;
  private pause?: NodeJS.Timeout;
  private ended = false;

  constructor(
    private readonly log: Log,
    private readonly stream: StreamId,
    private last: number,
    private readonly handle: HandleEvents,
    { announcements, pollMs }: SubscriptionTools,
  ) {
    this.poll = setInterval(() => void this.wake(), pollMs);
    this.poll.unref();
    this.stopListening = announcements.listen((tenantId) => {
      if (tenantId === undefined || tenantId === stream.tenantId) void this.wake();
    });
  }

  /** Resolves when it has called the handler with what is new; at once when the handler runs, and then it will. */
  async wake(): Promise<void> {
    if (this.ended || this.pause) return;
    if (this.running) {
      this.again = true;
      // The handler may be the one that waits for this.
      if (!this.busy) await this.running;
      return;
    }
    this.running = this.run();
    await this.running;
  }

  /** Resolves when the handler does not run any more; called by the handler itself, at once. */
  async end(): Promise<void> {
    this.ended = true;
    clearInterval(this.poll);
    this.stopListening();
    clearTimeout(this.pause);
    if (!handling.getStore()?.includes(this)) await this.running;
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
    // The list is the handler's to change.
    const last = batch[batch.length - 1]!.sequenceNumber;
    this.busy = true;
    try {
      await handling.run([...(handling.getStore() ?? []), this], () => this.handle(batch));
    } finally {
      this.busy = false;
    }
    this.last = last;
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

import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { within } from '../clock/within.js';
import { describeError } from '../errors/describe-error.js';

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;
const CLOSE_TIMEOUT_MS = 5_000;

/**
 * Listens once.
 *
 * @param onListening to be called whenever it begins to hear
 * @param closed resolves when it is to end
 * @returns when it has ended, for it was closed @throws when it cannot listen, or hears nothing more
 */
export type Listening = (onListening: () => void, closed: Promise<void>) => Promise<void>;

/**
 * Lets a channel listen until it is closed, and says so once when it cannot.
 *
 *     silent ──begin()──▶ connecting ──▶ listening ──lost──▶ connecting …, after a pause that grows; or closed
 */
export class ListenLoop {
  private readonly logger = new Logger('EventSourcing');
  private readonly closing = new AbortController();
  private running: Promise<void> | undefined;
  private isFailing = false;
  private pauseMs = FIRST_PAUSE_MS;

  begin(listen: Listening, onListening: () => void): void {
    this.running = this.run(listen, () => {
      if (this.closing.signal.aborted) return;
      this.isFailing = false;
      this.pauseMs = FIRST_PAUSE_MS;
      onListening();
    });
  }

  /** It hears nothing now, and tries to by itself. */
  warn(error: unknown): void {
    if (this.isFailing || this.closing.signal.aborted) return;
    this.isFailing = true;
    this.logger.warn({ message: 'New events are looked for from time to time only', error: describeError(error) });
  }

  /** Waits for the end of what runs, for at most 5 s. */
  async close(): Promise<void> {
    this.closing.abort();
    await within(CLOSE_TIMEOUT_MS, Promise.resolve(this.running));
  }

  private async run(listen: Listening, onListening: () => void): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      let close!: () => void;
      const closed = new Promise<void>((resolve) => (close = resolve));
      signal.addEventListener('abort', close);
      try {
        await listen(onListening, closed);
      } catch (error) {
        this.warn(error);
      } finally {
        signal.removeEventListener('abort', close);
      }
      await delay(this.pauseMs, undefined, { ref: false, signal }).catch(() => undefined);
      this.pauseMs = Math.min(this.pauseMs * 2, MAX_PAUSE_MS);
    }
  }
}

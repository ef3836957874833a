import { Logger } from '@nestjs/common';
import { describeError } from '../../errors/describe-error.js';
import type { RedisConnection } from '../../redis/redis-connection.js';
import { GroupQueue } from '../group-queue.js';

/** Who hears a channel. */
interface Hearer {
  readonly onMessage: (message: string) => void;
  /** Called whenever the channel is heard anew: what was said before was missed. */
  readonly onListening: () => void;
}

/**
 * What others tell those who wait in this process, on one connection for all channels, opened when somebody waits first.
 *
 *     silent ──listen()──▶ opening ──▶ listening, until the end, also after reconnections
 *       ▲──failed; again at the next listen()──┘
 */
export class QueueListener {
  private readonly logger = new Logger(GroupQueue.name);
  private readonly hearers = new Map<string, Hearer>();
  private connection: RedisConnection | undefined;
  private isOpening = false;
  private closed = false;
  /** Whether the log knows that something is wrong. */
  private isFailing = false;

  constructor(private readonly open: () => Promise<RedisConnection>) {}

  /** Call it before `listen()`. */
  hear(channel: string, hearer: Hearer): void {
    this.hearers.set(channel, hearer);
  }

  listen(): void {
    if (!this.connection && !this.isOpening && !this.closed) void this.begin();
  }

  close(): void {
    this.closed = true;
    this.connection?.close();
  }

  private async begin(): Promise<void> {
    this.isOpening = true;
    try {
      const connection = await this.open();
      if (this.closed) return connection.close();
      this.connection = connection;
      connection.listen(
        [...this.hearers.keys()],
        (channel, message) => this.hearers.get(channel)?.onMessage(message),
        () => this.listening(),
        (error) => this.warn(error),
      );
    } catch (error) {
      this.warn(error);
    } finally {
      this.isOpening = false;
    }
  }

  private listening(): void {
    this.isFailing = false;
    for (const { onListening } of this.hearers.values()) onListening();
  }

  private warn(error: unknown): void {
    if (this.isFailing || this.closed) return;
    this.isFailing = true;
    this.logger.warn({ message: 'What is waited for is looked for again and again', error: describeError(error) });
  }
}

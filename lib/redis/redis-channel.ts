import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { AnnouncementChannel } from '../announcements/announcement-channel.js';
import { describeError } from '../errors/describe-error.js';
import type { RedisConnection } from './redis-connection.js';

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;

/**
 * Announcements through publish and subscribe of Redis.
 *
 *     silent ──listen()──▶ opening ──▶ listening, until the end, also after reconnections
 *                            ▲ └─failed: again after a pause
 *                            └───┘
 */
export class RedisChannel implements AnnouncementChannel {
  private readonly logger = new Logger('EventSourcing');
  private readonly closing = new AbortController();
  private publisher: Promise<RedisConnection> | undefined;
  private listener: RedisConnection | undefined;

  /**
   * @param open a connection of its own: one for each direction, once it is needed
   * @param shared publishes as well, and is not closed
   */
  constructor(
    private readonly name: string,
    private readonly open: () => Promise<RedisConnection>,
    private readonly shared?: Pick<RedisConnection, 'publish'>,
  ) {}

  async publish(message: string): Promise<void> {
    await (this.shared ?? (await this.connect())).publish(this.name, message);
  }

  listen(onMessage: (message: string) => void, onListening: () => void): void {
    void this.begin(onMessage, onListening);
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.listener?.close();
    (await this.publisher?.catch(() => undefined))?.close();
  }

  private connect(): Promise<RedisConnection> {
    this.publisher ??= this.open().catch((error: unknown) => {
      this.publisher = undefined;
      throw error;
    });
    return this.publisher;
  }

  private async begin(onMessage: (message: string) => void, onListening: () => void): Promise<void> {
    const { signal } = this.closing;
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      try {
        const connection = await this.open();
        if (signal.aborted) return connection.close();
        this.listener = connection;
        connection.listen(
          [this.name],
          (_, message) => onMessage(message),
          onListening,
          (error) => this.warn(error),
        );
        return;
      } catch (error) {
        if (pauseMs === FIRST_PAUSE_MS) this.warn(error);
        await delay(pauseMs, undefined, { ref: false, signal }).catch(() => undefined);
      }
    }
  }

  private warn(error: unknown): void {
    if (this.closing.signal.aborted) return;
    this.logger.warn({ message: 'New events are looked for from time to time only', error: describeError(error) });
  }
}

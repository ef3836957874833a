import type { AnnouncementChannel } from '../announcements/announcement-channel.js';
import { ListenLoop } from '../announcements/listen-loop.js';
import type { RedisConnection } from './redis-connection.js';

/** Announcements through publish and subscribe of Redis. A connection that is open once connects again by itself. */
export class RedisChannel implements AnnouncementChannel {
  private readonly loop = new ListenLoop();
  private publisher: Promise<RedisConnection> | undefined;

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
    this.loop.begin((began, closed) => this.listenOnce(onMessage, began, closed), onListening);
  }

  async close(): Promise<void> {
    const publisher = this.publisher?.catch(() => undefined);
    await Promise.all([this.loop.close(), publisher?.then((connection) => connection?.close())]);
  }

  private connect(): Promise<RedisConnection> {
    this.publisher ??= this.open().catch((error: unknown) => {
      this.publisher = undefined;
      throw error;
    });
    return this.publisher;
  }

  /** Resolves when the channel is closed. @throws when the server cannot be reached */
  private async listenOnce(
    onMessage: (message: string) => void,
    onListening: () => void,
    closed: Promise<void>,
  ): Promise<void> {
    const connection = await this.open();
    try {
      connection.listen(
        [this.name],
        (_, message) => onMessage(message),
        onListening,
        (error) => this.loop.warn(error),
      );
      await closed;
    } finally {
      connection.close();
    }
  }
}

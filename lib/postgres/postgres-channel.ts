import { createHash } from 'node:crypto';
import type { AnnouncementChannel } from '../announcements/announcement-channel.js';
import { ListenLoop } from '../announcements/listen-loop.js';
import { within } from '../clock/within.js';
import type { ListeningClient } from './pool-connection.js';
import type { PostgresQueryable } from './postgres-connection.js';

/** How long a server is waited for to end a connection; then the connection is broken off. */
const END_TIMEOUT_MS = 2_000;
const PUBLISH = 'SELECT pg_notify($1, $2)';

/**
 * Announcements through NOTIFY and LISTEN of PostgreSQL: on the pool, after the append, for a NOTIFY in the transaction of
 * an append would let all commits of the database wait for each other.
 */
export class PostgresChannel implements AnnouncementChannel {
  private readonly loop = new ListenLoop();
  private readonly name: string;

  /** @param schema in which the log is: its name may be longer than that of a channel */
  constructor(
    schema: string,
    private readonly pool: PostgresQueryable,
    private readonly connect: () => Promise<ListeningClient>,
  ) {
    this.name = `event_sourcing_${createHash('md5').update(schema).digest('hex')}`;
  }

  async publish(message: string): Promise<void> {
    await this.pool.query({ text: PUBLISH, values: [this.name, message] });
  }

  listen(onMessage: (message: string) => void, onListening: () => void): void {
    this.loop.begin((began, closed) => this.listenOnce(onMessage, began, closed), onListening);
  }

  close(): Promise<void> {
    return this.loop.close();
  }

  /** Resolves when the channel is closed. @throws when the connection is lost */
  private async listenOnce(
    onMessage: (message: string) => void,
    onListening: () => void,
    closed: Promise<void>,
  ): Promise<void> {
    const client = await this.connect();
    try {
      const lost = new Promise<never>((_, reject) => {
        client.on('error', reject);
        client.on('end', () => reject(new Error('The connection ended')));
      });
      client.on('notification', ({ payload = '' }) => onMessage(payload));
      await Promise.race([client.query(`LISTEN ${this.name}`), lost, closed]);
      onListening();
      await Promise.race([lost, closed]);
    } finally {
      await within(END_TIMEOUT_MS, client.end()).catch(() => undefined);
      client.connection.stream.destroy();
    }
  }
}

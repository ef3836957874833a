import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { AnnouncementChannel } from '../announcements/announcement-channel.js';
import { describeError } from '../errors/describe-error.js';
import type { ListeningClient } from './pool-connection.js';
import type { PostgresQueryable } from './postgres-connection.js';

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;
const PUBLISH = 'SELECT pg_notify($1, $2)';

/**
 * Announcements through NOTIFY and LISTEN of PostgreSQL: on the pool, after the append, for a NOTIFY in the transaction of
 * an append would let all commits of the database wait for each other.
 *
 *     silent ──listen()──▶ connecting ──LISTEN──▶ listening ──connection lost──▶ connecting …, after a pause; or closed
 */
export class PostgresChannel implements AnnouncementChannel {
  private readonly logger = new Logger('EventSourcing');
  private readonly closing = new AbortController();
  private readonly name: string;
  private listening: Promise<void> | undefined;
  private isFailing = false;

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
    this.listening = this.keepListening(onMessage, onListening);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.listening;
  }

  private async keepListening(onMessage: (message: string) => void, onListening: () => void): Promise<void> {
    const { signal } = this.closing;
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      try {
        await this.listenOnce(onMessage, () => {
          this.isFailing = false;
          pauseMs = FIRST_PAUSE_MS;
          onListening();
        });
      } catch (error) {
        this.warn(error);
      }
      await delay(pauseMs, undefined, { ref: false, signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    }
  }

  /** Resolves when the channel is closed. @throws when the connection is lost */
  private async listenOnce(onMessage: (message: string) => void, onListening: () => void): Promise<void> {
    const client = await this.connect();
    const { signal } = this.closing;
    let stop: (() => void) | undefined;
    try {
      const ended = new Promise<void>((resolve, reject) => {
        client.on('error', reject);
        client.on('end', () => reject(new Error('The connection ended')));
        client.on('notification', ({ payload = '' }) => onMessage(payload));
        stop = resolve;
        signal.addEventListener('abort', stop);
        if (signal.aborted) resolve();
      });
      await Promise.race([client.query(`LISTEN ${this.name}`), ended]);
      if (!signal.aborted) onListening();
      await ended;
    } finally {
      if (stop) signal.removeEventListener('abort', stop);
      await client.end().catch(() => undefined);
    }
  }

  private warn(error: unknown): void {
    if (this.isFailing || this.closing.signal.aborted) return;
    this.isFailing = true;
    this.logger.warn({ message: 'New events are looked for from time to time only', error: describeError(error) });
  }
}

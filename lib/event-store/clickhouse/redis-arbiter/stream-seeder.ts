import type { RedisConnection } from '../../../redis/redis-connection.js';
import type { StreamId } from '../../stream-id.js';
import type { ResolvedOptions } from '../clickhouse-event-store-options.js';
import { streamKey } from '../stream-key.js';
import type { StreamLoader } from '../stream-loader.js';
import type { StreamState } from '../stream-state.js';
import type { ArbiterKeys } from './arbiter-keys.js';
import { repeat } from './closing-scripts.js';
import { SEED } from './scripts/seed.js';

/** Bounds of one script: streams, and keys of all of them. */
const MAX_STREAMS = 500;
const MAX_KEYS = 2_000;

/** The right to say once what the log holds of a stream. */
export interface SeedTicket {
  readonly stream: StreamId;
  readonly ticket: string;
}

/** Tells Redis the heads and keys of streams that it does not know, as the log has them. */
export class StreamSeeder {
  constructor(
    private readonly redis: RedisConnection,
    private readonly keys: ArbiterKeys,
    private readonly loader: StreamLoader,
    private readonly options: ResolvedOptions,
  ) {}

  /** A stream whose ticket no longer counts stays as it is. */
  async seed(epoch: string, tickets: readonly SeedTicket[]): Promise<void> {
    const states = await Promise.all(tickets.map(({ stream }) => this.loader.load(stream)));
    let chunk: { name: string; text: string }[] = [];
    let keys = 0;
    for (const [index, { stream, ticket }] of tickets.entries()) {
      const state = states[index]!;
      if (chunk.length === MAX_STREAMS || (chunk.length > 0 && keys + state.keys.size > MAX_KEYS)) {
        await this.send(chunk);
        chunk = [];
        keys = 0;
      }
      keys += state.keys.size;
      chunk.push({ name: this.keys.stream(epoch, streamKey(stream)), text: encode(stream, ticket, state) });
    }
    await this.send(chunk);
  }

  private async send(chunk: readonly { readonly name: string; readonly text: string }[]): Promise<void> {
    const { undispatched, undispatchedRanges } = this.keys;
    const scriptKeys = [undispatched, undispatchedRanges, ...chunk.map(({ name }) => name)];
    const args = [this.options.arbiterTtlMs, ...chunk.map(({ text }) => text)];
    // A ticket is good for once, so a repeat changes nothing.
    await repeat(() => this.redis.run(SEED, scriptKeys, args));
  }
}

function encode(stream: StreamId, ticket: string, { head, recordedAt, keys, complete }: StreamState): string {
  // The keys that are there are the latest, so those that lack are of appends before the first of them.
  const firstKnown = Math.min(...[...keys.values()].map(({ last }) => last));
  const forgotten = complete ? 0 : Math.min(head, firstKnown - 1);
  return JSON.stringify([streamKey(stream), ticket, head, recordedAt, forgotten, ...keys.keys()]);
}

import { setTimeout as sleep } from 'node:timers/promises';
import { classifyRedisError } from '../../../redis/classify-redis-error.js';
import type { RedisConnection } from '../../../redis/redis-connection.js';
import { streamKey } from '../stream-key.js';
import type { StreamId } from '../../stream-id.js';
import type { ResolvedOptions } from '../clickhouse-event-store-options.js';
import type { ArbiterKeys } from './arbiter-keys.js';
import { CONFIRM } from './scripts/confirm.js';
import { FORGET_STREAM } from './scripts/forget-stream.js';
import { RELEASE } from './scripts/release.js';

const MAX_STREAMS_PER_SCRIPT = 1_000;
const MAX_ATTEMPTS = 4;
const FIRST_PAUSE_MS = 50;

/** A reservation of one stream, as far as it must be named to close it. */
export interface Closable {
  readonly stream: StreamId;
  readonly id: string;
  readonly last: number;
}

/** Closes open reservations. Both ways are idempotent, so they are repeated where the answer is lost. */
export class ClosingScripts {
  constructor(
    private readonly redis: RedisConnection,
    private readonly keys: ArbiterKeys,
    private readonly options: ResolvedOptions,
  ) {}

  /** Their events are in the log. */
  async confirm(epoch: string, reservations: readonly Closable[]): Promise<void> {
    for (const chunk of chunks(reservations)) {
      const streams = chunk.map(({ stream }) => this.keys.stream(epoch, streamKey(stream)));
      const { arbiterTtlMs, maxKeysPerStream } = this.options;
      const args = [arbiterTtlMs, maxKeysPerStream, ...chunk.flatMap(toArgs)];
      await repeat(() => this.redis.run(CONFIRM, [this.keys.open(epoch), ...streams], args));
    }
  }

  /** Certainly nothing of them is in the log, nor will be. */
  async release(epoch: string, reservations: readonly Closable[]): Promise<void> {
    const { undispatched, undispatchedRanges } = this.keys;
    for (const chunk of chunks(reservations)) {
      const scriptKeys = [this.keys.open(epoch), undispatched, undispatchedRanges];
      await repeat(() => this.redis.run(RELEASE, scriptKeys, chunk.flatMap(toArgs)));
    }
  }

  /** What is known of a stream counts no more; the next one who needs it reads the log. */
  async forget(epoch: string, stream: StreamId): Promise<void> {
    const key = streamKey(stream);
    await repeat(() => this.redis.run(FORGET_STREAM, [this.keys.open(epoch), this.keys.stream(epoch, key)], [key]));
  }
}

function toArgs({ stream, id, last }: Closable): (string | number)[] {
  return [streamKey(stream), id, last];
}

function* chunks(reservations: readonly Closable[]): Generator<readonly Closable[]> {
  for (let start = 0; start < reservations.length; start += MAX_STREAMS_PER_SCRIPT) {
    yield reservations.slice(start, start + MAX_STREAMS_PER_SCRIPT);
  }
}

/** Sends an idempotent script again where Redis may answer later. */
export async function repeat<T>(send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || classifyRedisError(error) === 'permanent') throw error;
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }
}

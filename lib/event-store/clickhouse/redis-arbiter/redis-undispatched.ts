import type { RedisConnection } from '../../../redis/redis-connection.js';
import { streamKey, streamOfKey } from '../stream-key.js';
import type {
  DispatchedStream,
  UndispatchedList,
  UndispatchedQuery,
  UndispatchedStream,
} from '../undispatched-list.js';
import type { ArbiterKeys } from './arbiter-keys.js';
import { LIST_UNDISPATCHED } from './scripts/list-undispatched.js';
import { STRIKE_UNDISPATCHED } from './scripts/strike-undispatched.js';

const MAX_STREAMS_PER_SCRIPT = 1_000;

/** The list of all processes that append. The reservation notes a stream, in the same step. */
export class RedisUndispatched implements UndispatchedList {
  private readonly scriptKeys: readonly string[];

  constructor(
    private readonly redis: RedisConnection,
    keys: ArbiterKeys,
  ) {
    this.scriptKeys = [keys.undispatched, keys.undispatchedRanges];
  }

  async list({ olderThanMs, limit }: UndispatchedQuery): Promise<readonly UndispatchedStream[]> {
    const args = [olderThanMs, Math.min(limit, MAX_STREAMS_PER_SCRIPT)];
    const rows = (await this.redis.run(LIST_UNDISPATCHED, this.scriptKeys, args)) as [string, string, string][];
    return rows.map(([field, since, range]) => {
      const [from, sequence] = range.split(':').map(Number);
      return { stream: streamOfKey(field), from: from!, sequence: sequence!, since: new Date(Number(since)) };
    });
  }

  async strike(streams: readonly DispatchedStream[]): Promise<void> {
    for (let start = 0; start < streams.length; start += MAX_STREAMS_PER_SCRIPT) {
      const chunk = streams.slice(start, start + MAX_STREAMS_PER_SCRIPT);
      const args = chunk.flatMap(({ stream, from = 1, sequence }) => [streamKey(stream), from, sequence]);
      await this.redis.run(STRIKE_UNDISPATCHED, this.scriptKeys, args);
    }
  }
}

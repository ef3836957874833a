import type { RedisConnection } from '../../../redis/redis-connection.js';
import { encodeKey } from '../../../tenancy/encode-key.js';
import type { TenantId } from '../../../tenancy/tenant-id.js';
import { StoreUnavailableError } from '../../store-unavailable.error.js';
import type { StreamId } from '../../stream-id.js';
import type { DispatchedRange, UndispatchedQuery, UndispatchedStream } from '../../undispatched-stream.js';
import { streamKey, streamOfKey } from '../stream-key.js';
import type { UndispatchedStreams } from '../undispatched-streams.js';
import type { ArbiterKeys } from './arbiter-keys.js';
import { type OpenReservation, parseReservation } from './open-reservation.js';
import { FORGET_UNDISPATCHED } from './scripts/forget-undispatched.js';
import { READ_LIFE } from './scripts/read-life.js';
import { LIST_UNDISPATCHED } from './scripts/list-undispatched.js';
import { STRIKE_UNDISPATCHED } from './scripts/strike-undispatched.js';

const MAX_STREAMS_PER_SCRIPT = 1_000;

export interface ReservedStream {
  readonly stream: StreamId;
  readonly reservation: OpenReservation;
}

/** The list of all processes that append. The reservation notes a stream, in the same step. */
export class RedisUndispatched implements UndispatchedStreams {
  private readonly scriptKeys: readonly string[];

  constructor(
    private readonly redis: RedisConnection,
    private readonly keys: ArbiterKeys,
    private readonly reservations: {
      readonly epoch: () => string | undefined;
      /** Told of each reservation that is open on a stream of the list. */
      readonly found: (epoch: string, streams: readonly ReservedStream[]) => void;
      /** Resolves when an epoch is open in this life of the server. */
      readonly open: () => Promise<void>;
    },
  ) {
    this.scriptKeys = [keys.undispatched, keys.undispatchedRanges];
  }

  async find({ olderThanMs, limit }: UndispatchedQuery): Promise<readonly UndispatchedStream[]> {
    const args = [olderThanMs, Math.min(limit, MAX_STREAMS_PER_SCRIPT)];
    const epoch = this.reservations.epoch();
    const names = epoch === undefined ? this.scriptKeys : [...this.scriptKeys, this.keys.open(epoch)];
    const rows = (await this.redis.run(LIST_UNDISPATCHED, names, args)) as [string, string, string, string][];
    const open = rows.filter(([, , , reservation]) => reservation !== '');
    if (epoch !== undefined && open.length > 0) {
      const toReserved = ([field, , , text]: (typeof open)[number]): ReservedStream => ({
        stream: streamOfKey(field),
        reservation: parseReservation(text),
      });
      this.reservations.found(epoch, open.map(toReserved));
    }
    return rows.map(([field, since, range]) => {
      const [from, to] = range.split(':').map(Number);
      return { stream: streamOfKey(field), from: from!, to: to!, since: new Date(Number(since)) };
    });
  }

  async strike(ranges: readonly DispatchedRange[]): Promise<void> {
    for (let start = 0; start < ranges.length; start += MAX_STREAMS_PER_SCRIPT) {
      const chunk = ranges.slice(start, start + MAX_STREAMS_PER_SCRIPT);
      const args = chunk.flatMap(({ stream, from, to }) => [streamKey(stream), from, to]);
      await this.redis.run(STRIKE_UNDISPATCHED, this.scriptKeys, args);
    }
  }

  /**
   * Where Redis has lost its memory, the next epoch is opened first: what was reserved in the former one is then in the
   * log, or never will be.
   */
  async life(): Promise<string> {
    const known = await this.readLife();
    if (known !== '') return known;
    await this.reservations.open();
    const opened = await this.readLife();
    if (opened === '') throw new StoreUnavailableError('The arbiter in Redis lost its memory again');
    return opened;
  }

  async forget(tenantId: TenantId): Promise<void> {
    await this.redis.run(FORGET_UNDISPATCHED, this.scriptKeys, [`${encodeKey(tenantId)}:`]);
  }

  private async readLife(): Promise<string> {
    return (await this.redis.run(READ_LIFE, [this.keys.epoch])) as string;
  }
}

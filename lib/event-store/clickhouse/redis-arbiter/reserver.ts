import { randomUUID } from 'node:crypto';
import type { RedisConnection } from '../../../redis/redis-connection.js';
import { StoreUnavailableError } from '../../store-unavailable.error.js';
import { insertToken, type Taken, type Verdict } from '../append-batch.js';
import type { Lane } from '../lane.js';
import type { WriterTools } from '../writer-tools.js';
import type { ArbiterKeys } from './arbiter-keys.js';
import { repeat } from './closing-scripts.js';
import { decodeVerdict, encodeTaken, type LogKeys, type StreamReply } from './reserve-codec.js';
import { RESERVE } from './scripts/reserve.js';

/** One batch as it was reserved. */
export interface Round {
  readonly epoch: string;
  /** Of all its reservations. */
  readonly id: string;
  readonly token: string;
  /** By the clock of ClickHouse, in ms. */
  readonly nowMs: number;
  readonly deadlineMs: number;
  readonly verdicts: readonly Verdict[];
  /** Lanes about which nothing was decided, and why. */
  readonly undecided: readonly { readonly lane: Lane; readonly reply: StreamReply }[];
}

type Call = Omit<Round, 'verdicts' | 'undecided'>;

/** Calls the script `reserve`: once for a batch, and once more for streams whose keys only the log can tell. */
export class Reserver {
  constructor(
    private readonly tools: WriterTools,
    private readonly redis: RedisConnection,
    private readonly keys: ArbiterKeys,
  ) {}

  /**
   * Undefined when the epoch is lost; nothing that was reserved in it counts then.
   *
   * @throws StoreUnavailableError
   */
  async reserve(epoch: string, batch: readonly Taken[]): Promise<Round | undefined> {
    const id = randomUUID();
    const nowMs = this.tools.serverClock.now();
    const deadlineMs = nowMs + this.tools.options.insertDeadlineMs;
    const call: Call = { epoch, id, token: insertToken(epoch, id), nowMs, deadlineMs };
    const replies = await this.call(call, batch);
    if (replies === undefined) return undefined;
    const unsure = batch.filter(({ lane }) => replies.get(lane)![0] === 'unsure');
    if (unsure.length > 0) {
      const further = await this.call(call, unsure, await this.askLog(unsure, replies));
      if (further === undefined) return undefined;
      for (const [lane, reply] of further) replies.set(lane, reply);
    }
    const verdicts: Verdict[] = [];
    const undecided: { lane: Lane; reply: StreamReply }[] = [];
    for (const taken of batch) {
      const reply = replies.get(taken.lane)!;
      if (reply[0] === 'judged') verdicts.push(decodeVerdict(taken, reply));
      else undecided.push({ lane: taken.lane, reply });
    }
    return { ...call, verdicts, undecided };
  }

  private async call(
    { epoch, id, token, nowMs, deadlineMs }: Call,
    batch: readonly Taken[],
    asked?: ReadonlyMap<Lane, LogKeys>,
  ): Promise<Map<Lane, StreamReply> | undefined> {
    const { keys } = this;
    const names = [keys.epoch, keys.open(epoch), keys.undispatched, keys.undispatchedRanges];
    const { maxInsertMs, arbiterTtlMs } = this.tools.options;
    const args = [epoch, id, token, deadlineMs, maxInsertMs, nowMs, arbiterTtlMs];
    const streams = batch.map(({ lane }) => keys.stream(epoch, lane.key));
    const texts = batch.map((taken) => encodeTaken(taken, asked?.get(taken.lane)));
    try {
      const send = (): Promise<unknown> => this.redis.run(RESERVE, [...names, ...streams], [...args, ...texts]);
      const [status, ...replies] = (await repeat(send)) as ['ok' | 'lost', ...StreamReply[]];
      if (status === 'lost') return undefined;
      return new Map(batch.map(({ lane }, index) => [lane, replies[index]!]));
    } catch (cause) {
      // Nothing was inserted. What may have been reserved all the same is released once its deadline has passed.
      throw new StoreUnavailableError('The arbiter in Redis could not be asked', { cause });
    }
  }

  /** Which keys the log knows that Redis has forgotten, in one query. */
  private async askLog(unsure: readonly Taken[], replies: ReadonlyMap<Lane, StreamReply>): Promise<Map<Lane, LogKeys>> {
    const wanted = unsure.flatMap(({ lane, items }) =>
      items.flatMap(({ append: { key, keySince: since } }) =>
        key === undefined ? [] : [{ stream: lane.stream, key, since }],
      ),
    );
    const found = await this.tools.reader.ranges(wanted, this.tools.serverClock.now());
    return new Map(
      unsure.map(({ lane }) => {
        const head = Number(replies.get(lane)![1]);
        return [lane, { head, found: new Set(found.get(lane.key)?.keys()) }];
      }),
    );
  }
}

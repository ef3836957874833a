import { randomUUID } from 'node:crypto';
import { ClosedError } from '../../errors/closed.error.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { confirm, insertToken, judge, type Taken, type Verdict } from './append-batch.js';
import type { Arbiter, Reservation, Settlement } from './arbiter.js';
import { readEpoch } from './arbiter-epoch.js';
import { longestInsertMs } from './clickhouse-event-store-options.js';
import type { InsertOutcome } from './insert-outcome.js';
import type { Lane } from './lane.js';
import { LocalUndispatched } from './local-undispatched.js';
import { openWriter } from './open-writer.js';
import { insertsHaveEnded } from './running-inserts.js';
import { StreamLoader } from './stream-loader.js';
import { StreamStates } from './stream-states.js';
import { WriterFencedError } from './writer-fenced.error.js';
import type { WriterLease } from './writer-lease.js';
import type { WriterTools } from './writer-tools.js';

/**
 * The arbiter of the one process that writes, in its memory.
 *
 * It may decide alone because it is the only one: inserts carry its epoch, and the server refuses them from the moment
 * at which another process has opened a later one. What it knows of a stream is what the log held when the stream was
 * loaded plus what was stored since, so as long as its epoch is the newest, it knows all. There is one open reservation
 * per stream because a lane is in one batch at a time.
 *
 * A stream: unknown → (loaded from the log) known → (a batch of it was stored) known, further on; → (whether a batch was
 * stored is unknown) *doubtful* until no insert of that batch can take effect any more by the server's clock and list of
 * processes, since a new append could get a sequence that the batch still takes → unknown.
 *
 * The arbiter: *open* → *stopped* for good by a newer epoch (`WriterFencedError`), or → *closed*.
 */
export class LocalArbiter implements Arbiter {
  readonly undispatched: LocalUndispatched;
  private readonly states: StreamStates;
  private readonly loader: StreamLoader;
  private lease?: WriterLease;
  private listener?: (problem: Error) => void;
  private newestEpoch?: string;
  private doubtfulBatches = 0;
  private closed = false;

  private constructor(
    private readonly tools: WriterTools,
    private ownEpoch: string,
  ) {
    this.undispatched = new LocalUndispatched(() => tools.serverClock.now());
    this.states = new StreamStates(tools.options.maxCachedStreams, tools.options.maxCachedKeys);
    this.loader = new StreamLoader(tools.reader, tools.stats);
  }

  /**
   * Becomes the one that writes.
   *
   * @throws WriterLeaseHeldError when another process is it and stays it
   */
  static async open(tools: WriterTools): Promise<LocalArbiter> {
    const arbiter = new LocalArbiter(tools, '');
    const { epoch, lease } = await openWriter(tools.connection, tools.options, () => void arbiter.lost());
    arbiter.ownEpoch = epoch;
    arbiter.lease = lease;
    return arbiter;
  }

  get problem(): Error | undefined {
    return this.newestEpoch === undefined ? undefined : this.fenced();
  }

  onStop(listener: (problem: Error) => void): void {
    this.listener = listener;
  }

  prepare(lane: Lane): Promise<void> | undefined {
    lane.state = this.states.take(lane.key);
    return lane.state ? undefined : this.load(lane);
  }

  async refresh(lane: Lane): Promise<void> {
    lane.state = undefined;
    await this.load(lane);
  }

  rest(lane: Lane): void {
    this.states.put(lane.key, lane.state!);
  }

  candidates(lane: Lane, keys: readonly string[]): readonly string[] {
    const state = lane.state!;
    return state.complete ? keys.filter((key) => state.keys.has(key)) : keys;
  }

  async reserve(batch: readonly Taken[]): Promise<Reservation> {
    if (this.lease && !(await this.lease.ensure())) throw this.fenced();
    if (this.problem) throw this.problem;
    await this.findForgottenKeys(batch);
    const { serverClock, options } = this.tools;
    const judgedAt = serverClock.now();
    const verdicts = batch.map((taken) => judge(taken, judgedAt));
    for (const { lane, writes } of verdicts) {
      const own = writes.filter(({ item }) => !item.append.restored);
      const [first, last] = [own[0]?.stored[0], own.at(-1)?.stored.at(-1)];
      if (first && last) this.undispatched.note(lane.stream, first.sequence, last.sequence);
    }
    const lastDeadlineMs = judgedAt + options.settleMs - longestInsertMs(options);
    const token = insertToken(this.ownEpoch, randomUUID());
    return {
      token,
      epoch: this.ownEpoch,
      verdicts,
      held: [],
      // No row may land more than `settleMs` after its recorded time: `readAll` relies on it.
      deadline: (serverNowMs) => {
        const nowMs = Math.max(serverNowMs, serverClock.now());
        return nowMs < lastDeadlineMs ? Math.min(nowMs + options.insertDeadlineMs, lastDeadlineMs) : undefined;
      },
      settle: (outcome) => this.settle(verdicts, token, outcome),
    };
  }

  async epoch(refused?: string): Promise<string> {
    if (refused === this.ownEpoch) await this.lost();
    if (this.problem) throw this.problem;
    return this.ownEpoch;
  }

  /** Its lanes stand still, so no insert of this process is under way, and there is no other. */
  async forget(tenantId: TenantId): Promise<void> {
    this.states.forget(tenantId);
    await this.undispatched.forget(tenantId);
  }

  async forgetType(aggregateType: string): Promise<void> {
    this.states.forgetType(aggregateType);
  }

  async close(idle: boolean): Promise<void> {
    this.closed = true;
    // Without it the lease runs out by itself, and the next writer waits for that.
    await this.lease?.release(idle && this.doubtfulBatches === 0).catch(() => undefined);
  }

  private settle(verdicts: readonly Verdict[], token: string, outcome: InsertOutcome): Settlement {
    if ('newestEpoch' in outcome && outcome.newestEpoch !== undefined) this.stop(outcome.newestEpoch);
    if (outcome.kind === 'stored') {
      for (const verdict of verdicts) confirm(verdict, this.tools.options.maxKeysPerStream);
    } else if (outcome.kind === 'unknown') {
      return { again: false, until: this.settleDoubt(verdicts, token, outcome.deadlineMs) };
    } else {
      for (const { lane } of verdicts) this.undispatched.cut(lane.stream, lane.state!.head);
    }
    if (outcome.kind !== 'late') return { again: false };
    // It would settle too late by the time that it was given: perhaps because this process was suspended, and with it
    // its idea of the time.
    return { again: true, until: this.tools.serverClock.sync().catch(() => undefined) };
  }

  /** Until the fate of the batch is certain by itself; then its streams are loaded anew. */
  private async settleDoubt(verdicts: readonly Verdict[], token: string, deadlineMs: number): Promise<void> {
    const lanes = verdicts.filter(({ writes }) => writes.length > 0).map(({ lane }) => lane);
    for (const lane of lanes) lane.state = undefined;
    this.doubtfulBatches += 1;
    const { connection, options } = this.tools;
    const until = deadlineMs + options.maxInsertMs;
    const ended = await insertsHaveEnded(
      connection,
      token,
      () => until,
      () => !this.closed,
    );
    if (!ended) throw new ClosedError('The ClickHouse event store');
    this.doubtfulBatches -= 1;
    await Promise.all(lanes.map((lane) => this.load(lane)));
  }

  private async load(lane: Lane): Promise<void> {
    lane.state = await this.loader.load(lane.stream);
    this.undispatched.cut(lane.stream, lane.state.head);
  }

  /** Streams with very many keys remember the latest only; the others are looked up, in one query for the batch. */
  private async findForgottenKeys(batch: readonly Taken[]): Promise<void> {
    const wanted = batch.flatMap(({ lane, items }) =>
      lane.state!.complete
        ? []
        : items.flatMap(({ append: { key, keySince: since } }) =>
            key === undefined || lane.state!.keys.has(key) ? [] : [{ stream: lane.stream, key, since }],
          ),
    );
    if (wanted.length === 0) return;
    const found = await this.tools.reader.ranges(wanted, this.tools.serverClock.now());
    for (const taken of batch) taken.found = found.get(taken.lane.key);
  }

  /** A newer epoch was found. */
  private async lost(): Promise<void> {
    const reading = await readEpoch(this.tools.connection).catch(() => undefined);
    this.stop(reading?.newest ?? 'unknown');
  }

  private stop(newestEpoch: string): void {
    if (this.newestEpoch !== undefined) return;
    this.newestEpoch = newestEpoch;
    this.listener?.(this.fenced());
  }

  private fenced(): WriterFencedError {
    return new WriterFencedError(this.tools.connection.database, this.ownEpoch, this.newestEpoch ?? 'unknown');
  }
}

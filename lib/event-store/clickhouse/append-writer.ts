import { ClosedError } from '../../errors/closed.error.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { StoreUnavailableError } from '../store-unavailable.error.js';
import type { StreamId } from '../stream-id.js';
import { batchToken, judge, rowsOf, type Taken, type Verdict } from './append-batch.js';
import { BatchInserter } from './batch-inserter.js';
import { BatchSettler } from './batch-settler.js';
import { LaneQueue } from './lane-queue.js';
import type { WaitingItem } from './lane.js';
import { insertsHaveEnded } from './running-inserts.js';
import { StreamLoader } from './stream-loader.js';
import type { StreamState } from './stream-state.js';
import { WriterFencedError } from './writer-fenced.error.js';
import type { WriterLease } from './writer-lease.js';
import type { WriterTools } from './writer-tools.js';

/**
 * The one writer of the log: arbiter of sequences and keys, and group commit.
 *
 * It may decide alone because it is the only one: inserts carry its epoch, and the server refuses them from the moment
 * at which another process has opened a later one. What it knows of a stream is what the log held when the stream was
 * loaded plus what it stored itself since, so as long as its epoch is the newest, it knows all.
 *
 * A stream at work has a lane (`Lane`): loading → ready → flying → ready …, or blocked → loading.
 *
 * A batch: *taken* from ready lanes (whole appends, in order; a lane is in one batch at a time) → *judged* (keys and
 * expectations against the states; sequences given; answers that do not depend on the batch go out) → *sent*
 * (`BatchInserter`: always the same rows under the same token) → *settled*:
 *
 * - `stored`: states advance, appends resolve, and so do the answers that were judged by appends of this batch.
 * - `refused`: nothing was stored nor will be. States stay as they were, all appends fail.
 * - `fenced`: the same, and the writer stops for good.
 * - `unknown`: appends fail as such. Their lanes are blocked until no insert of the batch can take effect any more by
 *   the server's clock and list of processes, then loaded anew. Until then a new append could get a sequence that the
 *   batch still takes.
 *
 * The writer: *open* → *stopped* by a fence (`WriterFencedError`), or → *closing* (accepts nothing, finishes what it
 * has) → *closed*.
 */
export class AppendWriter {
  private readonly queue: LaneQueue;
  private readonly loader: StreamLoader;
  private readonly inserter: BatchInserter;
  private readonly settler: BatchSettler;
  private flushTimer?: NodeJS.Timeout;
  private inFlight = 0;
  private blockedBatches = 0;
  private batchNumber = 0;
  private closing = false;
  private closed = false;
  private newestEpoch?: string;
  private onRest?: () => void;

  constructor(
    private readonly tools: WriterTools,
    readonly epoch: string,
    private readonly lease?: WriterLease,
  ) {
    this.queue = new LaneQueue(tools.options, {
      load: (lane) => this.loader.load(lane),
      ready: () => this.schedule(),
      rested: () => this.checkRest(),
    });
    this.loader = new StreamLoader(tools.reader, this.queue, tools.stats);
    this.inserter = new BatchInserter(tools, epoch);
    this.settler = new BatchSettler(tools, () => this.fence());
  }

  /** Why nothing is accepted, or undefined while the writer is open. */
  get problem(): Error | undefined {
    if (this.newestEpoch !== undefined) return this.fence();
    return this.closing ? new ClosedError('The ClickHouse event store') : undefined;
  }

  submit(item: WaitingItem): void {
    const problem = this.problem;
    // A lookup decides nothing, but what a writer that is no longer the only one remembers may be outdated.
    if (problem) item.reject(problem);
    else this.queue.submit(item);
  }

  /** Keeps a stream still from its turn until `release`, and answers what is known of it. */
  hold(stream: StreamId): Promise<StreamState> {
    return new Promise((resolve, reject) => {
      this.submit({ kind: 'hold', stream, since: performance.now(), resolve, reject });
    });
  }

  /** @param state what is known of the stream now; without it, it is read from the log */
  release(stream: StreamId, state?: StreamState): void {
    this.queue.release(stream, state);
  }

  /** Keeps all streams of a tenant still, from when this resolves until `releaseTenant`. */
  async holdTenant(tenantId: TenantId): Promise<void> {
    await Promise.all(this.queue.holdTenant(tenantId).map((stream) => this.hold(stream)));
  }

  /** All that was known of the tenant's streams is forgotten. */
  releaseTenant(tenantId: TenantId): void {
    this.queue.releaseTenant(tenantId);
  }

  /** Another process has taken over: what waits fails, and nothing is accepted any more. */
  stop(newestEpoch: string): void {
    this.newestEpoch ??= newestEpoch;
    this.queue.rejectAll(this.fence());
  }

  /**
   * Accepts nothing more, and resolves when everything accepted is settled, or after the bound; then the rest fails.
   *
   * @returns true when no insert can be under way any more
   */
  async close(): Promise<boolean> {
    this.closing = true;
    this.flush();
    if (!this.queue.atRest || this.inFlight > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.tools.options.closeTimeoutMs);
        this.onRest = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.closed = true;
    clearTimeout(this.flushTimer);
    this.queue.rejectAll(new ClosedError('The ClickHouse event store'));
    return this.inFlight === 0 && this.blockedBatches === 0;
  }

  private fence(): WriterFencedError {
    return new WriterFencedError(this.tools.connection.database, this.epoch, this.newestEpoch ?? 'unknown');
  }

  /** At once when there is enough for a batch, else after the time that others have to join. */
  private schedule(): void {
    const { maxInFlight, maxBatchEvents, maxBatchBytes, flushDelayMs } = this.tools.options;
    if (this.inFlight >= maxInFlight || !this.queue.hasReady) return;
    if (this.queue.readyEvents >= maxBatchEvents || this.queue.readyBytes >= maxBatchBytes || this.closing)
      this.flush();
    else this.flushTimer ??= setTimeout(() => this.flush(), flushDelayMs);
  }

  private flush(): void {
    clearTimeout(this.flushTimer);
    this.flushTimer = undefined;
    while (this.inFlight < this.tools.options.maxInFlight && this.queue.hasReady) void this.fly(this.queue.take());
  }

  private async fly(batch: readonly Taken[]): Promise<void> {
    this.inFlight += 1;
    try {
      await this.permit();
      await this.findForgottenKeys(batch);
      const judgedAt = this.tools.serverClock.now();
      const verdicts = batch.map((taken) => judge(taken, judgedAt));
      await Promise.all([this.settler.answerNow(verdicts), this.write(verdicts, judgedAt)]);
    } catch (cause) {
      const what = 'The append could not be sent to ClickHouse';
      const error = cause instanceof WriterFencedError ? cause : new StoreUnavailableError(what, { cause });
      for (const { items } of batch) for (const item of items) item.reject(error);
    } finally {
      this.inFlight -= 1;
      for (const { lane } of batch) if (lane.phase === 'flying') this.queue.land(lane);
      // What came together while this batch was under way goes without a further wait.
      this.flush();
      this.checkRest();
    }
  }

  private async write(verdicts: readonly Verdict[], judgedAt: number): Promise<void> {
    const rows = rowsOf(verdicts);
    if (rows.length === 0) return;
    this.tools.stats.batches += 1;
    const token = batchToken(this.epoch, (this.batchNumber += 1), rows);
    const outcome = await this.inserter.insert(rows, token, judgedAt);
    if ('newestEpoch' in outcome && outcome.newestEpoch !== undefined) this.stop(outcome.newestEpoch);
    this.settler.settle(verdicts, outcome);
    if (outcome.kind === 'unknown') void this.block(verdicts, token, outcome.deadlineMs);
  }

  /** Until the fate of the batch is certain by itself. */
  private async block(verdicts: readonly Verdict[], token: string, deadlineMs: number): Promise<void> {
    const lanes = verdicts.filter(({ writes }) => writes.length > 0).map(({ lane }) => lane);
    for (const lane of lanes) this.queue.block(lane);
    this.blockedBatches += 1;
    const { connection, options } = this.tools;
    const until = deadlineMs + options.maxInsertMs;
    const ended = await insertsHaveEnded(
      connection,
      token,
      () => until,
      () => !this.closed,
    );
    if (!ended) return;
    this.blockedBatches -= 1;
    for (const lane of lanes) this.queue.unblock(lane);
  }

  /** @throws when this process may not write (now) */
  private async permit(): Promise<void> {
    if (this.lease && !(await this.lease.ensure())) throw this.fence();
    if (this.newestEpoch !== undefined) throw this.fence();
  }

  /** Streams with very many keys remember the latest only; the others are looked up, in one query for the batch. */
  private async findForgottenKeys(batch: readonly Taken[]): Promise<void> {
    const wanted = batch.flatMap(({ lane, items }) =>
      lane.state!.complete
        ? []
        : items.flatMap(({ append: { key } }) =>
            key === undefined || lane.state!.keys.has(key) ? [] : [{ stream: lane.stream, key }],
          ),
    );
    if (wanted.length === 0) return;
    const found = await this.tools.reader.ranges(wanted);
    for (const taken of batch) taken.found = found.get(taken.lane.key);
  }

  private checkRest(): void {
    if (this.onRest && this.inFlight === 0 && this.queue.atRest) this.onRest();
  }
}

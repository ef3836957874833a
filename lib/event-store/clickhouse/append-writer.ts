import { ClosedError } from '../../errors/closed.error.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { StoreUnavailableError } from '../store-unavailable.error.js';
import type { StreamId } from '../stream-id.js';
import { rowsOf, type Taken, type Verdict } from './append-batch.js';
import type { Arbiter, Reservation } from './arbiter.js';
import { BatchInserter } from './batch-inserter.js';
import { BatchSettler } from './batch-settler.js';
import { LaneQueue } from './lane-queue.js';
import type { Lane, WaitingAppend, WaitingItem } from './lane.js';
import { WriterFencedError } from './writer-fenced.error.js';
import type { WriterTools } from './writer-tools.js';

/**
 * Writes to the log: group commit, under the sequences that an arbiter gives.
 *
 * A stream at work has a lane (`Lane`): ready → flying → ready …, or held → ready.
 *
 * A batch: *taken* from ready lanes (whole appends, in order; a lane is in one batch at a time) → *reserved* (the arbiter
 * compares keys and expectations and gives sequences; answers that do not depend on the batch go out; lanes that it
 * cannot decide about yet get their appends back and are held until it can) → *sent* (`BatchInserter`: always the same
 * rows under the same token) → *settled*, and the arbiter notes the outcome:
 *
 * - `stored`: appends resolve, and so do the answers that were judged by appends of this batch.
 * - `refused`, `late`, `fenced`: nothing was stored nor will be. The appends fail, or, where the arbiter says so, go back
 *   to their lanes to be decided about anew.
 * - `unknown`: appends fail as such. Their lanes are held until the fate of the batch is certain.
 *
 * The writer: *open* → *stopped* by its arbiter, or → *closing* (accepts nothing, finishes what it has) → *closed*.
 */
export class AppendWriter {
  private readonly queue: LaneQueue;
  private readonly inserter: BatchInserter;
  private readonly settler: BatchSettler;
  private flushTimer?: NodeJS.Timeout;
  private inFlight = 0;
  private closing = false;
  private onRest?: () => void;

  constructor(
    private readonly tools: WriterTools,
    private readonly arbiter: Arbiter,
  ) {
    this.queue = new LaneQueue(tools.options, arbiter, {
      ready: () => this.schedule(),
      rested: () => this.checkRest(),
    });
    this.inserter = new BatchInserter(tools);
    this.settler = new BatchSettler(tools, () => arbiter.problem);
    arbiter.onStop((problem) => this.queue.rejectAll(problem));
  }

  /** Why nothing is accepted, or undefined while the writer is open. */
  get problem(): Error | undefined {
    return this.arbiter.problem ?? (this.closing ? new ClosedError('The ClickHouse event store') : undefined);
  }

  submit(item: WaitingItem): void {
    const problem = this.problem;
    // A lookup decides nothing, but what a writer that is no longer the only one remembers may be outdated.
    if (problem) item.reject(problem);
    else this.queue.submit(item);
  }

  /** Keeps a stream still in this process, from when this resolves until `until`. */
  hold(stream: StreamId, until: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.submit({ kind: 'hold', stream, until, since: performance.now(), resolve, reject });
    });
  }

  /** Keeps all streams of a tenant still in this process, from when this resolves until `until`. */
  async holdTenant(tenantId: TenantId, until: Promise<void>): Promise<void> {
    await Promise.all(this.queue.holdTenant(tenantId, until).map((stream) => this.hold(stream, until)));
  }

  /** Accepts nothing more, and resolves when everything accepted is settled, or after the bound; then the rest fails. */
  async close(): Promise<void> {
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
    clearTimeout(this.flushTimer);
    this.queue.rejectAll(new ClosedError('The ClickHouse event store'));
    await this.arbiter.close(this.inFlight === 0);
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
    // Without those that were held: another batch may have taken them since, and must land them itself.
    const flying = new Set(batch.map(({ lane }) => lane));
    try {
      const reservation = await this.arbiter.reserve(batch);
      this.holdUndecided(batch, reservation, flying);
      await Promise.all([this.settler.answerNow(reservation.verdicts), this.write(reservation, flying)]);
    } catch (cause) {
      const what = 'The append could not be sent to ClickHouse';
      const error = isTold(cause) ? cause : new StoreUnavailableError(what, { cause });
      for (const { items } of batch) for (const item of items) item.reject(error);
    } finally {
      this.inFlight -= 1;
      for (const lane of flying) this.queue.land(lane);
      // What came together while this batch was under way goes without a further wait.
      this.flush();
      this.checkRest();
    }
  }

  private holdUndecided(batch: readonly Taken[], { held }: Reservation, flying: Set<Lane>): void {
    if (held.length === 0) return;
    const itemsOf = new Map(batch.map(({ lane, items }) => [lane, items]));
    for (const { lane, until } of held) {
      flying.delete(lane);
      this.putBack(lane, itemsOf.get(lane)!, until);
    }
  }

  private async write(reservation: Reservation, flying: Set<Lane>): Promise<void> {
    const { verdicts } = reservation;
    const rows = rowsOf(verdicts);
    if (rows.length === 0) return;
    this.tools.stats.batches += 1;
    const outcome = await this.inserter.insert(rows, reservation);
    const { again, until } = reservation.settle(outcome);
    const writing = verdicts.filter(({ writes }) => writes.length > 0);
    if (again || until) for (const { lane } of writing) flying.delete(lane);
    if (again) {
      for (const verdict of writing) this.putBack(verdict.lane, unsettled(verdict), until ?? Promise.resolve());
    } else {
      this.settler.settle(verdicts, outcome);
      if (until)
        this.queue.hold(
          writing.map(({ lane }) => lane),
          until,
        );
    }
  }

  /** As if the items had not been taken; but the lane waits. */
  private putBack(lane: Verdict['lane'], items: readonly WaitingAppend[], until: Promise<void>): void {
    this.queue.handBack(lane, items);
    this.queue.hold([lane], until);
  }

  private checkRest(): void {
    if (this.onRest && this.inFlight === 0 && this.queue.atRest) this.onRest();
  }
}

/** The appends whose answer waits for the outcome of the batch, in the order of their calls. */
function unsettled({ items, answers }: Verdict): WaitingAppend[] {
  const settled = new Set(
    answers
      .filter((answer) => answer.kind === 'repeated' || (answer.kind === 'conflict' && !answer.onWrite))
      .map(({ item }) => item),
  );
  return items.filter((item) => !settled.has(item));
}

/** Whether an error already says what callers shall know. */
function isTold(error: unknown): error is Error {
  return error instanceof WriterFencedError || error instanceof StoreUnavailableError;
}

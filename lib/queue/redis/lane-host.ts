import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Clock } from '../../clock/clock.js';
import { ClosedError } from '../../errors/closed.error.js';
import { describeError } from '../../errors/describe-error.js';
import type { RedisConnection } from '../../redis/redis-connection.js';
import { GroupQueue } from '../group-queue.js';
import { componentKey } from '../lane.js';
import type { LaneConsumer } from '../lane-consumer.js';
import type { EntryBounds, LaneEntries } from './lane-entries.js';
import { LaneRun } from './lane-run.js';
import { wakeKey } from './lane-keys.js';
import { LeaseLostError } from './lease-lost.error.js';
import { Outbox } from './outbox.js';
import type { Claim, RedisLaneEngine, Turn, TurnAnswer } from './redis-lane-engine.js';
import { Slots } from './slots.js';

export interface LaneHostOptions extends EntryBounds {
  readonly prefix: string;
  readonly concurrency: number;
  readonly commandConcurrency: number;
  readonly tenantSharePercent: number;
  readonly leaseMs: number;
}

/** Turns under way at a time: what ends meanwhile is gathered for the next one. */
const MAX_TURNS = 2;
/** The longest wait for a mark: whoever missed one looks by himself after it. */
const MAX_WAIT_MS = 5_000;
/** Pause before a mark is taken again of lanes that were left because their tenant has its share here. */
const CAPPED_PAUSE_MS = 20;
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 2_000;
/** Leases are prolonged once this share of them is over. */
const RENEW_AFTER = 1 / 3;
/** How long a stop waits for handlers that were aborted. */
const ABORTED_GRACE_MS = 1_000;

interface Running {
  readonly run: LaneRun;
  readonly slots: Slots;
  readonly tenant: string;
  /** When the server last said that the lane is ours, or rather when it was asked; of this process's monotonic clock. */
  leasedAt: number;
  renewing: boolean;
}

/**
 * Works off lanes in this process. Each turn tells the engine which batches have ended and asks for as many lanes as
 * there are free slots; between turns it waits for a mark, a time that is due, or a batch that ends.
 *
 *     asking ──lanes──▶ running … ──ended──▶ asking        `looking`: there may be lanes that this worker could have
 *       └──none──▶ waiting ──mark, due time, at the latest MAX_WAIT_MS──▶ asking
 */
export class LaneHost {
  private readonly logger = new Logger(GroupQueue.name);
  /** Handlers run outside of the context of whoever happened to stage or to finish something. */
  private readonly outside = AsyncLocalStorage.snapshot();
  private readonly running = new Map<string, Running>();
  private readonly outbox = new Outbox();
  private readonly commands: Slots;
  private readonly others: Slots;
  private readonly groups: readonly (readonly [string, number])[];
  private wake: string[] = [];
  private turns = 0;
  private scheduled = false;
  private retryMs = 0;
  private looking = true;
  /** Rises with each hint that there may be lanes, so that an older answer does not hide it. */
  private hints = 0;
  private suspects = 0;
  private capped = false;
  private draining = false;
  private stopped = false;
  private cancelDue = (): void => {};
  private watchers: (() => void)[] = [];
  private readonly ticking: NodeJS.Timeout;
  private readonly waiting: Promise<void>;

  constructor(
    private readonly engine: RedisLaneEngine,
    private readonly marks: RedisConnection,
    private readonly consumer: LaneConsumer,
    private readonly options: LaneHostOptions,
    private readonly clock: Clock,
    private readonly inside: (run: () => Promise<void>) => Promise<void>,
    private readonly stageAhead: (lanes: readonly LaneEntries[]) => Promise<void>,
  ) {
    this.commands = new Slots('c', options.commandConcurrency, options.tenantSharePercent);
    this.others = new Slots('o', options.concurrency, options.tenantSharePercent);
    this.groups = consumer.components.map((one) => [componentKey(one), consumer.policy(one).maxBatchJobs] as const);
    this.ticking = setInterval(() => this.checkLeases(), Math.max(1, (options.leaseMs * RENEW_AFTER) / 4));
    this.waiting = this.waitForMarks();
    this.schedule();
  }

  /** Claims no more, lets what runs end within the bound, aborts and hands back the rest. */
  async drain(timeoutMs: number): Promise<void> {
    this.draining = true;
    this.marks.close();
    this.changed();
    this.schedule();
    await this.quiet(timeoutMs);
    for (const { run } of this.running.values()) run.abort.abort(new ClosedError('The queue'));
    await this.quiet(ABORTED_GRACE_MS);
    this.stopped = true;
    this.cancelDue();
    clearInterval(this.ticking);
    await this.waiting;
    const left = this.running.size + this.outbox.size;
    if (left > 0) this.logger.warn({ message: 'Stopped with lanes that come back when their leases end', lanes: left });
  }

  private schedule(): void {
    if (this.scheduled || this.stopped) return;
    this.scheduled = true;
    // What ends in one turn of the event loop goes together.
    setImmediate(() => {
      this.scheduled = false;
      this.outside(() => this.turn());
    });
  }

  private hint(): void {
    this.hints += 1;
    this.looking = true;
    this.schedule();
  }

  private turn(): void {
    if (this.turns >= MAX_TURNS || this.stopped || this.retryMs > 0) return;
    const mayClaim = this.looking && !this.draining;
    const commands = mayClaim ? this.commands.forOneTurn : 0;
    const others = mayClaim ? this.others.forOneTurn : 0;
    const stale = [...this.running.values()].filter(({ renewing }) => renewing);
    if (commands + others === 0 && this.outbox.size === 0 && stale.length === 0 && this.wake.length === 0) return;
    for (const one of stale) one.renewing = false;
    const turn: Turn = {
      ends: this.outbox.take(),
      renewals: stale.map(({ run }) => run.claim),
      commands: { lanes: commands, perTenant: this.commands.perTenant },
      others: { lanes: others, perTenant: this.others.perTenant },
      maySuspect: this.suspects === 0,
      busy: [...this.commands.nearShare(commands), ...this.others.nearShare(others)],
      groups: this.groups,
      wake: this.wake,
    };
    this.wake = [];
    void this.exchange(turn, stale);
  }

  private async exchange(turn: Turn, renewed: readonly Running[]): Promise<void> {
    const { commands, others } = this;
    const { hints } = this;
    const askedAt = performance.now();
    this.turns += 1;
    if (turn.maySuspect) this.suspects += 1;
    commands.reserve(turn.commands.lanes);
    others.reserve(turn.others.lanes);
    try {
      const answer = await this.engine.exchange(turn);
      for (const one of renewed) one.leasedAt = askedAt;
      this.settle(turn, answer, askedAt, hints);
      this.retryMs = 0;
    } catch (error) {
      this.outbox.putBack(turn.ends);
      for (const one of renewed) one.renewing = true;
      this.retryLater(error);
    } finally {
      this.turns -= 1;
      if (turn.maySuspect) this.suspects -= 1;
      commands.reserve(-turn.commands.lanes);
      others.reserve(-turn.others.lanes);
    }
    this.changed();
    this.schedule();
  }

  private settle(turn: Turn, answer: TurnAnswer, askedAt: number, hints: number): void {
    // An end that is refused was told twice, or too late: nothing of it runs here any more.
    const lost = new Set(answer.lost);
    for (const claim of turn.renewals) {
      if (lost.has(claim.lane) && this.running.get(claim.lane)?.run.claim === claim) this.lose(claim.lane);
    }
    for (const { lane, staged } of turn.ends) if (!lost.has(lane)) staged?.();
    for (const claim of answer.claims) this.begin(claim, askedAt);
    const asked = turn.commands.lanes + turn.others.lanes;
    if (answer.claims.length < asked && !answer.more && hints === this.hints) this.looking = false;
    this.cancelDue();
    if (this.draining) return;
    this.capped = answer.capped;
    const { dueInMs } = answer;
    if (dueInMs !== undefined) this.cancelDue = this.clock.schedule(Math.min(dueInMs, MAX_WAIT_MS), () => this.hint());
  }

  private begin(claim: Claim, leasedAt: number): void {
    const run = new LaneRun(claim, this.consumer, this.options, this.stageAhead, this.clock);
    const slots = run.lane.kind === 'command' ? this.commands : this.others;
    const tenant = claim.lane.slice(0, claim.lane.indexOf(':'));
    // A lane that comes back while its lost batch still runs: that batch has no part in it any more.
    this.running.get(claim.lane)?.run.abort.abort(new LeaseLostError(claim.lane));
    this.running.set(claim.lane, { run, slots, tenant, leasedAt, renewing: false });
    slots.begin(tenant);
    if (claim.suspect) this.suspects += 1;
    void this.work(run, slots, tenant);
  }

  private async work(run: LaneRun, slots: Slots, tenant: string): Promise<void> {
    if (this.draining) {
      this.outbox.add(run.handBack());
    } else {
      await this.inside(async () => {
        const end = await run.run();
        const wasStopped = run.abort.reason instanceof ClosedError;
        if (run.abort.reason instanceof LeaseLostError) return;
        this.log(run, end.step);
        this.outbox.add(wasStopped && end.completed === 0 ? run.handBack() : end);
      });
    }
    const { claim } = run;
    if (this.running.get(claim.lane)?.run === run) this.running.delete(claim.lane);
    slots.end(tenant);
    if (claim.suspect) this.suspects -= 1;
    this.hint();
  }

  private log({ lane, claim }: LaneRun, step: string): void {
    if (step !== 'park' && step !== 'dead-letter') return;
    const message = step === 'park' ? 'Lane parked behind a failing job' : 'Job put aside as a dead letter';
    const { kind, component, tenantId, id } = lane;
    this.logger.error({ message, kind, component, tenantId, lane: id, attempts: claim.failures + 1 });
  }

  private lose(lane: string): void {
    this.running.get(lane)?.run.abort.abort(new LeaseLostError(lane));
  }

  /** Prolongs leases that are a third over. One that could not be prolonged in time counts as lost. */
  private checkLeases(): void {
    const now = performance.now();
    for (const [lane, one] of this.running) {
      const age = now - one.leasedAt;
      if (age > this.options.leaseMs) this.lose(lane);
      else if (age > this.options.leaseMs * RENEW_AFTER) one.renewing = true;
    }
    this.schedule();
  }

  private retryLater(error: unknown): void {
    if (this.stopped) return;
    this.retryMs = Math.min(Math.max(this.retryMs * 2, FIRST_RETRY_MS), MAX_RETRY_MS);
    this.logger.warn({ message: 'The queue did not answer', error: describeError(error), retryMs: this.retryMs });
    setTimeout(() => {
      this.retryMs = 0;
      this.hint();
    }, this.retryMs);
  }

  /** Lives on a connection of its own, which it blocks. */
  private async waitForMarks(): Promise<void> {
    const timeoutMs = Math.min(MAX_WAIT_MS, this.options.leaseMs);
    while (!this.draining) {
      const keys = this.looking ? [] : this.waitedFor();
      if (keys.length === 0) {
        await this.nextChange();
        continue;
      }
      // The mark is there for a worker that has none of that tenant's lanes.
      if (this.capped) await delay(CAPPED_PAUSE_MS);
      try {
        const key = await this.marks.blockingPop(keys, timeoutMs);
        // Who has no room any more leaves the mark to another.
        if (key !== undefined && !this.waitedFor().includes(key))
          this.wake.push(key.slice(wakeKey(this.options.prefix, '').length));
        this.hint();
      } catch (error) {
        if (this.draining) return;
        this.logger.warn({ message: 'The queue cannot be waited for', error: describeError(error) });
        await delay(FIRST_RETRY_MS);
        this.hint();
      }
    }
  }

  private waitedFor(): string[] {
    const { prefix } = this.options;
    return this.groups
      .filter(([group]) => (group.startsWith('command:') ? this.commands : this.others).free > 0)
      .map(([group]) => wakeKey(prefix, group));
  }

  /** Resolves when nothing runs here and all is told, or when the time is over. */
  private async quiet(timeoutMs: number): Promise<void> {
    const until = performance.now() + timeoutMs;
    while (this.running.size + this.outbox.size + this.turns > 0 && performance.now() < until) {
      const timer = setTimeout(() => this.changed(), until - performance.now());
      await this.nextChange();
      clearTimeout(timer);
    }
  }

  /** Resolves after the next turn. */
  private nextChange(): Promise<void> {
    return new Promise((resolve) => this.watchers.push(resolve));
  }

  private changed(): void {
    for (const notify of this.watchers.splice(0)) notify();
  }
}

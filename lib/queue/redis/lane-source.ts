import { AsyncLocalStorage } from 'node:async_hooks';
import { Logger } from '@nestjs/common';
import type { Clock } from '../../clock/clock.js';
import { ClosedError } from '../../errors/closed.error.js';
import { describeError } from '../../errors/describe-error.js';
import { GroupQueue } from '../group-queue.js';
import { holdsCommands } from '../lane.js';
import { HeldLanes } from './held-lanes.js';
import type { LaneRun } from './lane-run.js';
import { type MarkConnection, MarkWaiter } from './mark-waiter.js';
import { Outbox } from './outbox.js';
import type { BatchEnd, Claim, RedisLaneEngine, Turn, TurnAnswer } from './redis-lane-engine.js';
import { Slots } from './slots.js';

export interface LaneSourceOptions {
  readonly prefix: string;
  readonly concurrency: number;
  readonly commandConcurrency: number;
  readonly tenantSharePercent: number;
  readonly leaseMs: number;
  /** Not longer than a lease in any case. */
  readonly maxMarkWaitMs: number;
}

/** Turns under way at a time: what ends meanwhile is gathered for the next one. */
const MAX_TURNS = 2;
/** Leases are looked after that often in the life of one. */
const CHECKS_A_LEASE = 12;
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 2_000;
/** How long a stop waits for handlers that were aborted. */
const ABORTED_GRACE_MS = 1_000;

/**
 * Leases lanes for this process and tells how their batches ended; a host takes them and runs them. Each turn tells the
 * engine which batches have ended and asks for as many lanes as there are free slots; between turns it waits for a mark,
 * a time that is due, or a batch that ends.
 *
 *     asking ──lanes──▶ at hand ──take──▶ running … ──end──▶ asking      `looking`: there may be lanes to be had
 *       └──none──▶ waiting ──mark, due time, at the latest maxMarkWaitMs──▶ asking
 *
 * It claims from the first call of `lanes()` on until `suspend()`, which hands back what is at hand; the next call of
 * `lanes()` begins again. What nobody takes until its lease must be prolonged suspends it as well.
 */
export class LaneSource {
  private readonly logger = new Logger(GroupQueue.name);
  /** Turns run outside of the context of whoever happened to stage or to finish something. */
  private readonly outside = AsyncLocalStorage.snapshot();
  private readonly held: HeldLanes;
  private readonly outbox = new Outbox();
  private readonly commands: Slots;
  private readonly others: Slots;
  private readonly marks: MarkWaiter;
  private readonly maxMarkWaitMs: number;
  private readonly ticking: NodeJS.Timeout;
  private atHand: LaneRun[] = [];
  /** Suspects that do not run before the server knows that they are here: only who has run one can be its victim. */
  private readonly announced = new Set<LaneRun>();
  private wake: string[] = [];
  private turns = 0;
  private scheduled = false;
  /** The last pause, while the engine fails. */
  private retryMs = 0;
  private pausing = false;
  private claiming = false;
  private looking = true;
  /** Rises with each hint that there may be lanes, so that an older answer does not hide it. */
  private hints = 0;
  private suspects = 0;
  private capped = false;
  private draining = false;
  private stopped = false;
  private drained: Promise<boolean> | undefined;
  private cancelDue = (): void => {};
  private watchers: (() => void)[] = [];
  private lostListener = (_run: LaneRun): void => {};

  /** @param groups what the host can run, with the most jobs of a batch */
  constructor(
    private readonly engine: Pick<RedisLaneEngine, 'exchange'>,
    marks: MarkConnection,
    private readonly groups: Turn['groups'],
    private readonly toRun: (claim: Claim) => LaneRun,
    options: LaneSourceOptions,
    private readonly clock: Clock,
  ) {
    const { prefix, concurrency, commandConcurrency, tenantSharePercent, leaseMs } = options;
    this.maxMarkWaitMs = Math.min(options.maxMarkWaitMs, leaseMs);
    this.commands = new Slots('c', commandConcurrency, tenantSharePercent);
    this.others = new Slots('o', concurrency, tenantSharePercent);
    this.held = new HeldLanes(leaseMs, (run) => {
      if (this.announced.delete(run)) this.end(run);
      else this.lostListener(run);
    });
    this.ticking = setInterval(() => this.checkLeases(), Math.max(1, leaseMs / CHECKS_A_LEASE));
    this.marks = new MarkWaiter(marks, prefix, this.maxMarkWaitMs, {
      waitedFor: () => this.waitedFor(),
      nextChange: () => this.nextChange(),
      hint: () => this.hint(),
      giveBack: (group) => void this.wake.push(group),
      isCapped: () => this.capped,
    });
  }

  /** Lanes that may be at hand or running at a time. */
  get slots(): number {
    return this.commands.size + this.others.size;
  }

  /** Called with each lane whose lease is lost, when its signal has been aborted. */
  onLost(listener: (run: LaneRun) => void): void {
    this.lostListener = listener;
  }

  /** Resolves when lanes are at hand, or when there will be none: after `suspend()` or `drain()`. */
  async lanes(): Promise<void> {
    if (this.draining) return;
    if (!this.claiming) {
      this.claiming = true;
      this.hint();
    }
    while (this.claiming && this.atHand.length === 0) await this.nextChange();
  }

  /** At most so many of the lanes at hand. Whoever takes them calls `end` for each. */
  take(max: number): readonly LaneRun[] {
    return this.atHand.splice(0, max);
  }

  /** The batch of a lane ended here, if only by the loss of its lease, of which there is nothing to tell. */
  end(run: LaneRun, end?: BatchEnd): void {
    if (end) this.outbox.add(end);
    this.held.remove(run);
    this.slotsOf(run).end(run.tenant);
    if (run.claim.suspect) this.suspects -= 1;
    this.hint();
  }

  /** Claims no more, and hands back what nobody has taken yet. */
  suspend(): void {
    this.claiming = false;
    for (const run of [...this.take(Infinity), ...this.announced]) this.end(run, run.handBack());
    this.announced.clear();
    this.changed();
  }

  /**
   * Claims no more, lets what runs end within the bound, aborts and hands back the rest. Once: later calls wait for the
   * same end.
   *
   * @returns whether all has ended
   */
  drain(timeoutMs: number): Promise<boolean> {
    this.drained ??= this.finish(timeoutMs);
    return this.drained;
  }

  private async finish(timeoutMs: number): Promise<boolean> {
    this.draining = true;
    this.marks.close();
    this.suspend();
    this.schedule();
    await this.quiet(timeoutMs);
    this.held.abortAll(new ClosedError('The queue'));
    await this.quiet(ABORTED_GRACE_MS);
    this.stopped = true;
    this.cancelDue();
    clearInterval(this.ticking);
    await this.marks.end();
    const left = this.held.size + this.outbox.size;
    if (left > 0) this.logger.warn({ message: 'Stopped with lanes that come back when their leases end', lanes: left });
    return left === 0;
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
    if (this.turns >= MAX_TURNS || this.stopped || this.pausing) return;
    const mayClaim = this.looking && this.claiming;
    const commands = mayClaim ? this.commands.forOneTurn : 0;
    const others = mayClaim ? this.others.forOneTurn : 0;
    const aged = this.held.takeAged();
    if (commands + others === 0 && this.outbox.size === 0 && aged.length === 0 && this.wake.length === 0) return;
    const turn: Turn = {
      ends: this.outbox.take(),
      renewals: aged.map(({ claim }) => claim),
      commands: { lanes: commands, perTenant: this.commands.perTenant },
      others: { lanes: others, perTenant: this.others.perTenant },
      maySuspect: this.suspects === 0,
      busy: [...this.commands.nearShare(commands), ...this.others.nearShare(others)],
      groups: this.groups,
      wake: this.wake,
    };
    this.wake = [];
    void this.exchange(turn, aged);
  }

  private async exchange(turn: Turn, renewed: readonly LaneRun[]): Promise<void> {
    const { commands, others } = this;
    const { hints } = this;
    const askedAt = performance.now();
    this.turns += 1;
    if (turn.maySuspect) this.suspects += 1;
    commands.reserve(turn.commands.lanes);
    others.reserve(turn.others.lanes);
    try {
      const answer = await this.engine.exchange(turn);
      this.held.renewed(renewed, askedAt);
      this.settle(turn, renewed, answer, askedAt, hints);
      this.retryMs = 0;
    } catch (error) {
      this.outbox.putBack(turn.ends);
      this.wake.push(...turn.wake);
      this.held.notRenewed(renewed);
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

  private settle(turn: Turn, renewed: readonly LaneRun[], answer: TurnAnswer, askedAt: number, hints: number): void {
    // An end that is refused was told twice, or too late: nothing of it runs here any more.
    const lost = new Set(answer.lost);
    for (const run of renewed) {
      if (!lost.has(run.claim.lane)) this.toHand(run);
      else if (this.held.holds(run)) this.held.lose(run.claim.lane);
    }
    for (const { lane, staged } of turn.ends) if (!lost.has(lane)) staged?.(answer.revision);
    for (const claim of answer.claims) this.begin(claim, askedAt);
    const asked = turn.commands.lanes + turn.others.lanes;
    // It looked at as many tenants as it may, and all of them must wait: it goes on with the mark that it set.
    const inVain = answer.more && answer.claims.length === 0;
    if (answer.claims.length < asked && (!answer.more || inVain) && hints === this.hints) this.looking = false;
    // Claims of a turn that was under way when it was told to claim no more.
    if (!this.claiming) this.suspend();
    this.cancelDue();
    if (this.draining) return;
    this.capped = answer.capped || inVain;
    const { dueInMs } = answer;
    if (dueInMs !== undefined)
      this.cancelDue = this.clock.schedule(Math.min(dueInMs, this.maxMarkWaitMs), () => this.hint());
  }

  private begin(claim: Claim, leasedAt: number): void {
    const run = this.toRun(claim);
    this.held.add(run, leasedAt);
    this.slotsOf(run).begin(run.tenant);
    if (!claim.suspect) {
      this.atHand.push(run);
      return;
    }
    this.suspects += 1;
    this.announced.add(run);
    this.held.renewSoon(run);
  }

  private toHand(run: LaneRun): void {
    if (this.announced.delete(run)) this.atHand.push(run);
  }

  private slotsOf({ lane }: LaneRun): Slots {
    return holdsCommands(lane) ? this.commands : this.others;
  }

  private checkLeases(): void {
    const now = performance.now();
    if (this.atHand[0] && this.held.isAged(this.atHand[0], now)) this.suspend();
    this.held.check(now);
    this.schedule();
  }

  private retryLater(error: unknown): void {
    if (this.stopped || this.pausing) return;
    this.pausing = true;
    this.retryMs = Math.min(Math.max(this.retryMs * 2, FIRST_RETRY_MS), MAX_RETRY_MS);
    this.logger.warn({ message: 'The queue did not answer', error: describeError(error), retryMs: this.retryMs });
    setTimeout(() => {
      this.pausing = false;
      this.hint();
    }, this.retryMs);
  }

  private waitedFor(): readonly string[] {
    if (this.looking || !this.claiming) return [];
    return this.groups
      .filter(
        ([group]) =>
          (group.startsWith('command:') || group.startsWith('delay:') ? this.commands : this.others).free > 0,
      )
      .map(([group]) => group);
  }

  /** Resolves when nothing is here and all is told, or when the time is over. */
  private async quiet(timeoutMs: number): Promise<void> {
    const until = performance.now() + timeoutMs;
    while (this.held.size + this.outbox.size + this.turns > 0 && performance.now() < until) {
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

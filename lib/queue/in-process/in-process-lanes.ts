import { Logger } from '@nestjs/common';
import type { Clock } from '../../clock/clock.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { GroupQueue } from '../group-queue.js';
import type { Job } from '../job.js';
import { componentKey, holdsCommands, type Lane, type LaneComponent, laneKey } from '../lane.js';
import type { StagedJob } from '../staged-job.js';
import { DeadLetters } from './dead-letters.js';
import { InProcessLane, type TakenJobs } from './in-process-lane.js';
import type { InProcessQueueOptions } from './in-process-queue-options.js';
import { LaneBarriers } from './lane-barriers.js';
import { JobCounts } from './job-counts.js';
import { LaneWindows } from './lane-windows.js';
import { ReadyLanes } from './ready-lanes.js';

/** All lanes of an `InProcessQueue`, each where its state machine has it, and the counts that go with them. */
export class InProcessLanes {
  readonly counts = new JobCounts();
  readonly deadLetters = new DeadLetters();
  readonly barriers: LaneBarriers;
  private readonly logger = new Logger(GroupQueue.name);
  private readonly lanes = new Map<string, InProcessLane>();
  private readonly commands: ReadyLanes;
  private readonly others: ReadyLanes;
  private readonly windows: LaneWindows;
  private readonly forgetting = new Set<TenantId>();

  /** @param onDue called when a waiting lane has become ready by itself */
  constructor(
    options: Required<InProcessQueueOptions>,
    private readonly clock: Clock,
    private readonly onDue: () => void,
  ) {
    this.commands = new ReadyLanes(options.commandConcurrency, options.tenantSharePercent);
    this.others = new ReadyLanes(options.concurrency, options.tenantSharePercent);
    this.windows = new LaneWindows(clock);
    this.barriers = new LaneBarriers(clock);
  }

  get byKey(): ReadonlyMap<string, InProcessLane> {
    return this.lanes;
  }

  get running(): number {
    return this.commands.running + this.others.running;
  }

  /** Whether nothing runs and nothing is ready. */
  get isQuiet(): boolean {
    return this.commands.isQuiet && this.others.isQuiet;
  }

  /** Whether nothing is taken of a tenant. */
  isForgetting(tenantId: TenantId): boolean {
    return this.forgetting.has(tenantId);
  }

  /** The lane whose turn it is, while there is room for one more of its kind. */
  next(): InProcessLane | undefined {
    return this.commands.next() ?? this.others.next();
  }

  add(staged: readonly StagedJob[]): void {
    const now = this.clock.now();
    for (const item of staged) {
      if (this.forgetting.has(item.lane.tenantId)) continue;
      const key = laneKey(item.lane);
      let lane = this.lanes.get(key);
      if (!lane) this.lanes.set(key, (lane = new InProcessLane(key, item.lane)));
      const added = lane.add(item, now, this.windows.endOf(lane));
      if (added === 'added') {
        this.counts.added(item.lane, lane.status === 'parked');
        if (item.dedupe?.forMs) this.windows.open(lane, item.dedupe.forMs);
      } else if (added === 'dropped') {
        this.counts.dropped(item.lane);
      }
      if (lane.status === 'idle' || (lane.status === 'waiting' && isUntried(lane))) this.settle(lane);
    }
  }

  /** Puts a lane off whose head took the place of another and has its time yet to come; false when it is due. */
  putOff(lane: InProcessLane): boolean {
    if (lane.dueIn(this.clock.now()) <= 0) return false;
    this.settle(lane);
    return true;
  }

  begin(lane: InProcessLane): void {
    lane.status = 'running';
    this.classOf(lane).begin(lane);
  }

  /** The jobs that a running lane begins with. */
  take(lane: InProcessLane, maxJobs: number): TakenJobs {
    const taken = lane.take(maxJobs, this.clock.now());
    if (taken.quietMs > 0) this.windows.open(lane, taken.quietMs);
    return taken;
  }

  /** Ends the running batch and removes its first `completed` jobs. Say next where the lane goes. */
  end(lane: InProcessLane, completed: number): void {
    this.classOf(lane).end(lane);
    this.removeHead(lane, completed);
    lane.batchLimit = Number.POSITIVE_INFINITY;
  }

  /** Ends the running batch as if it had never begun; the lane is held until `release`. */
  handBack(lane: InProcessLane): void {
    this.classOf(lane).end(lane);
    lane.handBack();
    lane.status = 'held';
  }

  /** Puts a lane that does not run where its jobs say it belongs. */
  settle(lane: InProcessLane): void {
    const dueIn = lane.dueIn(this.clock.now());
    if (lane.size === 0) this.lanes.delete(lane.key);
    else if (dueIn <= 0) this.makeReady(lane);
    else this.wait(lane, dueIn);
  }

  makeReady(lane: InProcessLane): void {
    lane.cancelWait();
    lane.nextAttemptAt = undefined;
    if (lane.status !== 'held') lane.readyAt = this.clock.now();
    lane.status = 'ready';
    this.classOf(lane).push(lane);
  }

  wait(lane: InProcessLane, delayMs: number): void {
    lane.cancelWait();
    lane.status = 'waiting';
    lane.nextAttemptAt = this.clock.now() + delayMs;
    lane.cancelWait = this.clock.schedule(delayMs, () => {
      lane.comeDue();
      this.makeReady(lane);
      this.onDue();
    });
  }

  park(lane: InProcessLane): void {
    lane.status = 'parked';
    lane.parkedAt = this.clock.now();
    this.counts.parked(lane.lane, lane.size);
  }

  /** Lets a parked or failing lane that does not run go on, without its first `removed` jobs. */
  letGo(lane: InProcessLane, removed: number): void {
    if (lane.status === 'parked') this.counts.unparked(lane.lane, lane.size);
    if (lane.status === 'ready') this.classOf(lane).remove(lane);
    lane.cancelWait();
    this.removeHead(lane, removed);
    lane.forgetTries();
    this.settle(lane);
  }

  /** Keeps a copy of a job as a dead letter. */
  putAside({ lane, tries, failures }: InProcessLane, job: Job, skippedBecause?: string): void {
    const dropped = this.deadLetters.add({
      lane,
      job,
      attempts: tries.failures,
      putAsideAt: this.clock.now(),
      failures: [...failures],
      ...(skippedBecause === undefined ? {} : { skippedBecause }),
    });
    if (dropped) this.logger.error({ message: 'The oldest dead letter is lost: there are too many', ...dropped.lane });
  }

  removeHead(lane: InProcessLane, jobs: number): void {
    this.counts.removed(lane.lane, lane.acknowledge(jobs));
    this.barriers.jobsLeft(lane);
  }

  /** Makes the lanes ready that are held, and wanted. */
  release(isWanted: (lane: Lane) => boolean): void {
    for (const one of this.lanes.values()) if (one.status === 'held' && isWanted(one.lane)) this.makeReady(one);
  }

  /** Makes the lanes that wait for quiet ready at once; false when there are none. Those that are delayed wait on. */
  hurry(): boolean {
    const waiting = [...this.lanes.values()].filter((lane) => lane.status === 'waiting' && isUntried(lane));
    const hurried = waiting.filter((lane) => lane.hurry());
    for (const lane of hurried) this.makeReady(lane);
    return hurried.length > 0;
  }

  /** See `GroupQueue`. */
  async forget(tenantId: TenantId): Promise<number> {
    this.forgetting.add(tenantId);
    try {
      const jobs = await this.remove((lane) => lane.tenantId === tenantId);
      this.windows.forget(tenantId);
      this.counts.forget(tenantId);
      return jobs;
    } finally {
      this.forgetting.delete(tenantId);
    }
  }

  /** See `GroupQueue`. */
  async forgetComponent(component: LaneComponent): Promise<number> {
    const key = componentKey(component);
    const jobs = await this.remove((lane) => componentKey(lane) === key);
    this.counts.forgetComponent(key);
    return jobs;
  }

  /** Resolves when nothing of the lanes runs any more. @returns how many jobs went, dead letters included */
  private async remove(isMeant: (lane: Lane) => boolean): Promise<number> {
    let jobs = 0;
    for (;;) {
      jobs += this.removeWaiting(isMeant);
      const running = this.lanesWhere(isMeant);
      if (running.length === 0) return jobs + this.deadLetters.remove(isMeant);
      // Bounded, as each batch is.
      await Promise.all(running.map(({ run }) => run));
    }
  }

  /** All of the lanes that do not run are gone afterwards. @returns how many jobs went */
  private removeWaiting(isMeant: (lane: Lane) => boolean): number {
    let jobs = 0;
    this.commands.removeAll(({ lane }) => isMeant(lane));
    this.others.removeAll(({ lane }) => isMeant(lane));
    for (const lane of this.lanesWhere(isMeant)) {
      lane.cancelWait();
      if (lane.status === 'parked') this.counts.unparked(lane.lane, lane.size);
      const removed = lane.removeWaiting();
      this.counts.removed(lane.lane, removed);
      this.barriers.jobsLeft(lane);
      jobs += removed;
      if (lane.status !== 'running') this.lanes.delete(lane.key);
    }
    return jobs;
  }

  private lanesWhere(isMeant: (lane: Lane) => boolean): readonly InProcessLane[] {
    return [...this.lanes.values()].filter(({ lane }) => isMeant(lane));
  }

  private classOf({ lane }: InProcessLane): ReadyLanes {
    return holdsCommands(lane) ? this.commands : this.others;
  }
}

/** Such a lane waits for its time, not after a failure. */
function isUntried({ tries }: InProcessLane): boolean {
  return tries.failures === 0 && tries.outages === 0;
}

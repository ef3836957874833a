import { AsyncLocalStorage } from 'node:async_hooks';
import { Logger } from '@nestjs/common';
import type { Clock } from '../../clock/clock.js';
import { ClosedError } from '../../errors/closed.error.js';
import { checkStagedJobs } from '../check-staged-jobs.js';
import { GroupQueue, type QueueDepth } from '../group-queue.js';
import type { Job } from '../job.js';
import { type Lane, componentKey, laneKey } from '../lane.js';
import type { LaneOutcome } from '../lane-batch.js';
import type { LaneConsumer } from '../lane-consumer.js';
import type { LanePolicy } from '../lane-policy.js';
import { QueueFullError } from '../queue-full.error.js';
import type { StagedJob } from '../staged-job.js';
import { toFailure } from '../to-failure.js';
import { DeadLetters } from './dead-letters.js';
import { InProcessControl } from './in-process-control.js';
import { handleInTime } from '../handle-in-time.js';
import { InProcessLane } from './in-process-lane.js';
import type { InProcessQueueOptions } from './in-process-queue-options.js';
import { JobCounts } from './job-counts.js';
import { nextStep } from '../next-step.js';
import { ReadyLanes } from './ready-lanes.js';

/**
 * Lanes in the memory of one process.
 *
 * A lane goes through these states, and no others:
 *
 *     idle ──stage──▶ ready ──claim──▶ running ──no jobs left──▶ gone (forgotten until the next job)
 *       │               ▲                │ ├────more jobs──────▶ ready or waiting
 *       └─stage later─▶ waiting ◀────────┘ ├────failed─────────▶ waiting (backoff; the job stays at the head)
 *                       │  time is up      ├────one of many────▶ ready (half of the batch next time)
 *                       └────────────▶ ready  └─for good───────▶ parked, or the job is put aside and: ready
 *
 * A job leaves its lane by acknowledgement or to the dead letters only. Draining ends when nothing runs any more:
 * jobs that wait for quiet then have it, and run; lanes that wait after a failure are left as they are.
 */
export class InProcessQueue extends GroupQueue {
  private readonly logger = new Logger(GroupQueue.name);
  readonly control: InProcessControl;
  private readonly lanes = new Map<string, InProcessLane>();
  private readonly deadLetters = new DeadLetters();
  private readonly commandLanes: ReadyLanes;
  private readonly otherLanes: ReadyLanes;
  private readonly counts = new JobCounts();
  private readonly aborts = new Set<AbortController>();
  /** Handlers run outside of the context of whoever happened to stage or to finish something. */
  private readonly outside = AsyncLocalStorage.snapshot();
  private readonly insideBatch = new AsyncLocalStorage<true>();
  private consumer: LaneConsumer | undefined;
  private known: ReadonlySet<string> = new Set();
  /** Components that are not known and of which the log was told. */
  private readonly missed = new Set<string>();
  private drained: Promise<void> | undefined;
  private stopped = false;
  private onQuiet = (): void => {};

  constructor(
    private readonly options: Required<InProcessQueueOptions>,
    private readonly clock: Clock,
  ) {
    super();
    this.commandLanes = new ReadyLanes(options.commandConcurrency, options.tenantSharePercent);
    this.otherLanes = new ReadyLanes(options.concurrency, options.tenantSharePercent);
    this.control = new InProcessControl({
      lanes: this.lanes,
      deadLetters: this.deadLetters,
      now: () => clock.now(),
      unpark: (lane, removed) => this.unpark(lane, removed),
      putAside: (lane, job, reason) => this.putAside(lane, job, reason),
      add: (lane, job) => this.addAndClaim([{ lane, job }]),
      release: () => this.release(),
    });
  }

  async stage(staged: readonly StagedJob[]): Promise<void> {
    checkStagedJobs(staged);
    const commands = staged.filter(({ lane }) => lane.kind === 'command');
    if (commands.length > 0) this.admit(commands);
    this.addAndClaim(staged);
  }

  consume(consumer: LaneConsumer): void {
    this.consumer = consumer;
    this.known = new Set(consumer.components.map(componentKey));
    this.claim();
  }

  async depth(): Promise<QueueDepth> {
    const { jobs, parkedJobs, parkedLanes } = this.counts;
    const running = this.commandLanes.running + this.otherLanes.running;
    return { jobs, parkedJobs, running, parkedLanes, deadLetters: this.deadLetters.size };
  }

  drain(): Promise<void> {
    this.drained ??= this.finish();
    return this.drained;
  }

  private admit(staged: readonly StagedJob[]): void {
    // What is being finished may lead to further commands.
    if (this.drained && (this.stopped || !this.insideBatch.getStore())) throw new ClosedError('The queue');
    const { maxWaitingCommands, maxWaitingJobs, maxWaitingJobsPerTenant } = this.options;
    const commands = staged.length;
    if (this.counts.commands + commands > maxWaitingCommands)
      throw new QueueFullError('maxWaitingCommands', maxWaitingCommands);
    if (this.counts.waiting + commands > maxWaitingJobs) throw new QueueFullError('maxWaitingJobs', maxWaitingJobs);
    if (staged.some(({ lane }) => this.counts.waitingOf(lane.tenantId) + commands > maxWaitingJobsPerTenant))
      throw new QueueFullError('maxWaitingJobsPerTenant', maxWaitingJobsPerTenant);
  }

  private addAndClaim(staged: readonly StagedJob[]): void {
    this.add(staged);
    this.claim();
  }

  private async finish(): Promise<void> {
    if (this.consumer) await this.quietOrTimeout();
    this.stopped = true;
    for (const abort of this.aborts) abort.abort(new ClosedError('The queue'));
    const { jobs, parkedLanes } = this.counts;
    this.counts.release();
    if (jobs > 0) this.logger.warn({ message: 'Stopped with unfinished jobs', jobs, parkedLanes });
  }

  private add(staged: readonly StagedJob[]): void {
    const now = this.clock.now();
    for (const item of staged) {
      const key = laneKey(item.lane);
      let lane = this.lanes.get(key);
      if (!lane) this.lanes.set(key, (lane = new InProcessLane(key, item.lane)));
      if (lane.add(item, now)) this.counts.added(item.lane, lane.status === 'parked');
      if (lane.status === 'idle' || (lane.status === 'waiting' && isUntried(lane))) this.settle(lane, now);
    }
  }

  /** Puts a lane that does not run where its jobs say it belongs. */
  private settle(lane: InProcessLane, now: number): void {
    if (lane.size === 0) {
      this.lanes.delete(lane.key);
    } else if (lane.dueAt <= now) {
      this.makeReady(lane);
    } else {
      this.wait(lane, lane.dueAt - now);
    }
  }

  private makeReady(lane: InProcessLane): void {
    lane.cancelWait();
    lane.status = 'ready';
    this.lanesLike(lane).push(lane);
  }

  private wait(lane: InProcessLane, delayMs: number): void {
    lane.cancelWait();
    lane.status = 'waiting';
    lane.cancelWait = this.clock.schedule(delayMs, () => {
      if (this.stopped) return;
      this.makeReady(lane);
      this.claim();
    });
  }

  private claim(): void {
    if (!this.consumer || this.stopped) return;
    for (const lanes of [this.commandLanes, this.otherLanes]) {
      for (let lane = lanes.next(); lane; lane = lanes.next()) {
        if (this.mayRun(lane.lane)) this.start(lane, this.consumer);
        else lane.status = 'held';
      }
    }
    if (this.commandLanes.isQuiet && this.otherLanes.isQuiet) this.onQuiet();
  }

  private mayRun(lane: Lane): boolean {
    const component = componentKey(lane);
    if (!this.known.has(component)) {
      if (!this.missed.has(component)) this.logger.warn({ message: 'Work waits that nothing here handles', component });
      this.missed.add(component);
      return false;
    }
    return !this.control.isHeld(lane);
  }

  private release(): void {
    for (const lane of this.lanes.values()) if (lane.status === 'held') this.makeReady(lane);
    this.claim();
  }

  private start(lane: InProcessLane, consumer: LaneConsumer): void {
    lane.status = 'running';
    this.lanesLike(lane).begin(lane);
    void this.outside(() => this.insideBatch.run(true, () => this.run(lane, consumer)));
  }

  private async run(lane: InProcessLane, consumer: LaneConsumer): Promise<void> {
    const policy = consumer.policy(lane.lane);
    const { jobs, redelivered } = lane.take(policy.maxBatchJobs, this.clock.now());
    const batch = { lane: lane.lane, jobs, redelivered, attempt: lane.tries.failures + 1 };
    const abort = new AbortController();
    this.aborts.add(abort);
    let outcome: LaneOutcome | undefined;
    let failure: LaneOutcome['failure'];
    try {
      outcome = await handleInTime((one) => consumer.handle(one), batch, abort, policy.timeoutMs, this.clock);
      failure = outcome.failure;
    } catch (error) {
      failure = { error };
    }
    this.aborts.delete(abort);
    this.lanesLike(lane).end(lane);
    this.end(lane, jobs.length, outcome, failure, policy);
    this.claim();
  }

  /** Acknowledges and stages follow-ups in one synchronous step, then decides where the lane goes. */
  private end(
    lane: InProcessLane,
    jobs: number,
    outcome: LaneOutcome | undefined,
    failure: LaneOutcome['failure'],
    policy: LanePolicy,
  ): void {
    this.counts.removed(lane.lane, lane.acknowledge(outcome?.completed ?? 0).length);
    lane.batchLimit = Number.POSITIVE_INFINITY;
    if (outcome) this.add(outcome.followUps);
    if (!failure) return this.settle(lane, this.clock.now());
    const failed = toFailure(failure.error, this.clock.now());
    const step = nextStep(lane.tries, { error: failure.error, opaque: !outcome, jobs }, policy, Math.random());
    switch (step.kind) {
      case 'halve':
        lane.batchLimit = step.batchLimit;
        return this.makeReady(lane);
      case 'wait':
        lane.failed(failed);
        return this.wait(lane, step.delayMs);
      case 'give-up':
        lane.failed(failed);
        return this.giveUp(lane, policy);
    }
  }

  private giveUp(lane: InProcessLane, { whenExhausted }: LanePolicy): void {
    const { kind, component, tenantId, id } = lane.lane;
    const error = lane.failures.at(-1)!.error;
    const subject = { kind, component, tenantId, lane: id, attempts: lane.tries.failures, error };
    if (whenExhausted === 'park') {
      lane.status = 'parked';
      lane.parkedAt = this.clock.now();
      this.counts.parked(lane.lane, lane.size);
      this.logger.error({ message: 'Lane parked behind a failing job', ...subject });
    } else {
      this.putAside(lane, lane.peek(1)[0]!);
      this.counts.removed(lane.lane, lane.acknowledge(1).length);
      this.logger.error({ message: 'Job put aside as a dead letter', ...subject });
      this.settle(lane, this.clock.now());
    }
  }

  private putAside({ lane, tries, failures }: InProcessLane, job: Job, skippedBecause?: string): void {
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

  private unpark(lane: InProcessLane, removed: number): void {
    this.counts.unparked(lane.lane, lane.size);
    this.counts.removed(lane.lane, lane.acknowledge(removed).length);
    lane.forgetTries();
    this.settle(lane, this.clock.now());
    this.claim();
  }

  private lanesLike({ lane }: InProcessLane): ReadyLanes {
    return lane.kind === 'command' ? this.commandLanes : this.otherLanes;
  }

  /** Resolves when nothing runs and nothing may run any more, or when the time for it is over. */
  private quietOrTimeout(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.clock.schedule(this.options.drainTimeoutMs, resolve);
      this.onQuiet = () => {
        if (this.hurryDebounced()) return this.claim();
        cancel();
        resolve();
      };
      this.claim();
    });
  }

  /** Makes the lanes that wait for quiet ready at once; false when there are none. */
  private hurryDebounced(): boolean {
    const waiting = [...this.lanes.values()].filter((lane) => lane.status === 'waiting' && isUntried(lane));
    for (const lane of waiting) {
      lane.hurry();
      this.makeReady(lane);
    }
    return waiting.length > 0;
  }
}

/** Such a lane waits for its time, not after a failure. */
function isUntried({ tries }: InProcessLane): boolean {
  return tries.failures === 0 && tries.outages === 0;
}

import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Clock } from '../../clock/clock.js';
import { ClosedError } from '../../errors/closed.error.js';
import { ambientFrame } from '../../tenancy/ambient-frame.js';
import { createTenantId } from '../../tenancy/create-tenant-id.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { BatchAbort } from '../batch-abort.js';
import { checkOnce } from '../check-once.js';
import { checkStagedJobs } from '../check-staged-jobs.js';
import { GroupQueue, type QueueDepth } from '../group-queue.js';
import { handleInTime } from '../handle-in-time.js';
import { checkComponent } from '../check-component.js';
import { checkLane } from '../check-lane.js';
import { type Lane, type LaneComponent, componentKey, holdsCommands, laneKey, waitsForTime } from '../lane.js';
import type { LaneOutcome } from '../lane-batch.js';
import type { LaneConsumer } from '../lane-consumer.js';
import type { LanePolicy } from '../lane-policy.js';
import { nextStep } from '../next-step.js';
import type { Once } from '../once.js';
import { QueueFullError } from '../queue-full.error.js';
import type { StagedJob } from '../staged-job.js';
import { toFailure } from '../to-failure.js';
import { InProcessAnswers } from './in-process-answers.js';
import { InProcessControl } from './in-process-control.js';
import { InProcessEventRoutes } from './in-process-event-routes.js';
import { InProcessFigures } from './in-process-figures.js';
import type { InProcessLane } from './in-process-lane.js';
import { InProcessLanes } from './in-process-lanes.js';
import type { InProcessQueueOptions } from './in-process-queue-options.js';
import { KeptValues } from './kept-values.js';
import { SwitchedOffComponents } from './switched-off-components.js';

/** Components that one log line names. */
const MOST_NAMED = 10;

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
 * A lane that is claimed while it is paused, while nothing handles it, or while its handler says that it may not run, is
 * `held` until that changes; the last is asked anew when its time is over.
 *
 * A job leaves its lane by acknowledgement, to the dead letters, or when its tenant is forgotten, and not otherwise.
 * Draining ends when nothing runs any more: jobs that wait for quiet then have it, and run; lanes that wait after a
 * failure, or for a delayed job, are left as they are.
 */
export class InProcessQueue extends GroupQueue {
  readonly control: InProcessControl;
  readonly routes = new InProcessEventRoutes();
  private readonly logger = new Logger(GroupQueue.name);
  private readonly lanes: InProcessLanes;
  private readonly figures: InProcessFigures;
  private readonly answers: InProcessAnswers;
  private readonly values: KeptValues;
  private readonly off: SwitchedOffComponents;
  private readonly aborts = new Set<BatchAbort>();
  private readonly lifeId = randomUUID();
  /** Handlers run outside of the context of whoever happened to stage or to finish something. */
  private readonly outside = AsyncLocalStorage.snapshot();
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
    this.lanes = new InProcessLanes(options, clock, () => this.claim());
    this.figures = new InProcessFigures(this.lanes, clock);
    this.off = new SwitchedOffComponents(clock, (isWanted) => {
      this.lanes.release(isWanted);
      this.claim();
    });
    this.control = new InProcessControl(this.lanes, this.figures, this.off, clock, () => this.claim());
    this.values = new KeptValues(clock);
    this.answers = new InProcessAnswers(options.answersKeptMs, options.answersKeptPerTenant, clock);
  }

  async stage(staged: readonly StagedJob[]): Promise<string> {
    checkStagedJobs(staged);
    this.accept(staged);
    this.claim();
    return this.routes.revision;
  }

  async stageOnce(staged: StagedJob, once: Once): Promise<string> {
    checkStagedJobs([staged]);
    checkOnce(once);
    const { tenantId } = staged.lane;
    const first = this.values.get(tenantId, once.key);
    if (first !== undefined) {
      this.lanes.counts.dropped(staged.lane);
      return first;
    }
    this.accept([staged]);
    if (!this.lanes.isForgetting(tenantId)) this.values.keep(tenantId, once);
    this.claim();
    return once.value;
  }

  consume(consumer: LaneConsumer): void {
    this.consumer = consumer;
    this.known = new Set(consumer.components.map(componentKey));
    this.figures.know(consumer.components);
    this.claim();
  }

  async forget(tenantId: TenantId): Promise<number> {
    const forgotten = createTenantId(tenantId);
    const jobs = await this.lanes.forget(forgotten);
    this.control.forget(forgotten);
    this.off.forget(forgotten);
    this.answers.forget(forgotten);
    this.values.forget(forgotten);
    return jobs;
  }

  async forgetComponent(component: LaneComponent): Promise<number> {
    const checked = checkComponent(component);
    const jobs = await this.lanes.forgetComponent(checked);
    this.control.forgetComponent(checked);
    return jobs;
  }

  async answer(tenantId: TenantId, id: string): Promise<string | undefined> {
    return this.answers.read(tenantId, id);
  }

  awaitAnswer(tenantId: TenantId, id: string, timeoutMs: number): Promise<string | undefined> {
    return this.answers.wait(tenantId, id, timeoutMs);
  }

  async awaitLane(lane: Lane, timeoutMs: number): Promise<boolean> {
    return this.lanes.barriers.wait(this.lanes.byKey.get(laneKey(checkLane(lane))), timeoutMs);
  }

  async depth(): Promise<QueueDepth> {
    const { running, counts, deadLetters } = this.lanes;
    const { jobs, parkedJobs, delayedJobs, parkedLanes } = counts;
    return { jobs, parkedJobs, delayedJobs, running, parkedLanes, deadLetters: deadLetters.size };
  }

  /** Nothing is lost before the process ends. */
  async life(): Promise<string> {
    return this.lifeId;
  }

  drain(): Promise<void> {
    this.drained ??= this.finish();
    return this.drained;
  }

  private accept(staged: readonly StagedJob[]): void {
    const commands = staged.filter(({ lane }) => holdsCommands(lane));
    if (commands.length > 0) this.admit(commands);
    this.lanes.add(staged);
  }

  private admit(staged: readonly StagedJob[]): void {
    // What is being finished may lead to further commands.
    if (this.drained && (this.stopped || ambientFrame.getStore()?.batchOf !== this)) throw new ClosedError('The queue');
    const { maxWaitingCommands, maxWaitingJobs, maxWaitingJobsPerTenant, maxDelayedJobsPerTenant } = this.options;
    const { counts } = this.lanes;
    // Also those that are delayed, which may be due at once: otherwise nothing would hold them back.
    const commands = staged.length;
    if (counts.commands + commands > maxWaitingCommands)
      throw new QueueFullError('maxWaitingCommands', maxWaitingCommands);
    if (counts.waiting + commands > maxWaitingJobs) throw new QueueFullError('maxWaitingJobs', maxWaitingJobs);
    if (staged.some(({ lane }) => counts.waitingOf(lane.tenantId) + commands > maxWaitingJobsPerTenant))
      throw new QueueFullError('maxWaitingJobsPerTenant', maxWaitingJobsPerTenant);
    const delayed = staged.filter(({ lane }) => waitsForTime(lane));
    if (delayed.some(({ lane }) => counts.delayedOf(lane.tenantId) + delayed.length > maxDelayedJobsPerTenant))
      throw new QueueFullError('maxDelayedJobsPerTenant', maxDelayedJobsPerTenant);
  }

  private async finish(): Promise<void> {
    if (this.consumer) await this.quietOrTimeout();
    this.stopped = true;
    for (const abort of this.aborts) abort.abort(new ClosedError('The queue'));
    this.answers.end();
    this.lanes.barriers.end();
    const { counts } = this.lanes;
    const { jobs, parkedLanes } = counts;
    counts.release();
    this.off.end();
    const switchedOff = this.off.list().map(({ component, tenantId }) => `${componentKey(component)} of ${tenantId}`);
    if (jobs > 0) {
      const named = switchedOff.length > 0 && { switchedOff: switchedOff.slice(0, MOST_NAMED) };
      this.logger.warn({ message: 'Stopped with unfinished jobs', jobs, parkedLanes, ...named });
    }
  }

  private claim(): void {
    if (!this.consumer || this.stopped) return;
    for (let lane = this.lanes.next(); lane; lane = this.lanes.next()) {
      if (this.lanes.putOff(lane)) continue;
      if (this.mayRun(lane.lane)) this.start(lane, this.consumer);
      else lane.status = 'held';
    }
    if (this.lanes.isQuiet) this.onQuiet();
  }

  private mayRun(lane: Lane): boolean {
    const component = componentKey(lane);
    if (!this.known.has(component)) {
      if (!this.missed.has(component)) this.logger.warn({ message: 'Work waits that nothing here handles', component });
      this.missed.add(component);
      return false;
    }
    return !this.control.isHeld(lane) && !this.off.isOff(lane);
  }

  private start(lane: InProcessLane, consumer: LaneConsumer): void {
    this.lanes.begin(lane);
    lane.run = this.outside(() =>
      ambientFrame.run({ ...ambientFrame.getStore(), batchOf: this }, () => this.run(lane, consumer)),
    );
  }

  private async run(lane: InProcessLane, consumer: LaneConsumer): Promise<void> {
    const policy = consumer.policy(lane.lane);
    const { jobs, redelivered } = this.lanes.take(lane, policy.maxBatchJobs);
    const batch = { lane: lane.lane, jobs, redelivered, attempt: lane.tries.failures + 1 };
    const abort = new BatchAbort();
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
    if (outcome?.heldForMs !== undefined) {
      this.off.add(lane.lane, outcome.heldForMs);
      return this.lanes.handBack(lane);
    }
    this.lanes.end(lane, Math.min(outcome?.completed ?? 0, jobs));
    if (outcome?.advanced) lane.forgetTries();
    if (outcome) this.lanes.add(outcome.followUps);
    if (outcome?.answers) this.answers.keep(lane.lane.tenantId, outcome.answers);
    outcome?.staged?.(this.routes.revision);
    if (!failure) return this.lanes.settle(lane);
    const failed = toFailure(failure.error, this.clock.now());
    const step = nextStep(lane.tries, { ...failure, opaque: !outcome, jobs }, policy, Math.random());
    switch (step.kind) {
      case 'halve':
        lane.batchLimit = step.batchLimit;
        return this.lanes.makeReady(lane);
      case 'wait':
        lane.failed(failed);
        return this.lanes.wait(lane, step.delayMs);
      default:
        lane.failed(failed);
        return this.giveUp(lane, step.kind);
    }
  }

  private giveUp(lane: InProcessLane, whenExhausted: LanePolicy['whenExhausted']): void {
    const { kind, component, tenantId, id } = lane.lane;
    const error = lane.failures.at(-1)!.error;
    const subject = { kind, component, tenantId, lane: id, attempts: lane.tries.failures, error };
    if (whenExhausted === 'park') {
      this.lanes.park(lane);
      this.logger.error({ message: 'Lane parked behind a failing job', ...subject });
    } else {
      this.lanes.putAside(lane, lane.peek(1)[0]!);
      this.lanes.removeHead(lane, 1);
      this.logger.error({ message: 'Job put aside as a dead letter', ...subject });
      this.lanes.settle(lane);
    }
  }

  /** Resolves when nothing runs and nothing may run any more, or when the time for it is over. */
  private quietOrTimeout(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.clock.schedule(this.options.drainTimeoutMs, resolve);
      this.onQuiet = () => {
        if (this.lanes.hurry()) return this.claim();
        cancel();
        resolve();
      };
      this.claim();
    });
  }
}

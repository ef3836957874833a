import { Logger } from '@nestjs/common';
import type { Clock } from '../../clock/clock.js';
import { classifyError } from '../../errors/classify-error.js';
import { ClosedError } from '../../errors/closed.error.js';
import { OutageError } from '../../errors/outage.error.js';
import { checkStagedJobs } from '../check-staged-jobs.js';
import { GroupQueue, type QueueDepth } from '../group-queue.js';
import { HandlerTimeoutError } from '../handler-timeout.error.js';
import type { Job } from '../job.js';
import { laneKey } from '../lane.js';
import type { LaneOutcome } from '../lane-batch.js';
import type { LaneConsumer } from '../lane-consumer.js';
import type { LanePolicy } from '../lane-policy.js';
import { QueueFullError } from '../queue-full.error.js';
import type { StagedJob } from '../staged-job.js';
import { InProcessLane } from './in-process-lane.js';
import type { InProcessQueueOptions } from './in-process-queue-options.js';
import { ReadyRing } from './ready-ring.js';

/**
 * Lanes in the memory of one process.
 *
 * A lane goes through these states, and no others:
 *
 *     idle ──stage──▶ ready ──claim──▶ running ──no jobs left──▶ gone (forgotten until the next job)
 *       │               ▲                │ ├────more jobs──────▶ ready or waiting
 *       └─stage later─▶ waiting ◀────────┘ ├────failed─────────▶ waiting (backoff; the job stays at the head)
 *                       │  time is up      └────for good───────▶ parked, or the job is put aside and: ready
 *                       └────────────▶ ready
 *
 * A job leaves its lane by acknowledgement or to the dead letters only. Draining ends when nothing runs any more:
 * jobs that wait for quiet then have it, and run; lanes that wait after a failure are left as they are.
 */
export class InProcessQueue extends GroupQueue {
  private readonly logger = new Logger(GroupQueue.name);
  private readonly lanes = new Map<string, InProcessLane>();
  private readonly ready = new ReadyRing<InProcessLane>();
  private readonly aborts = new Set<AbortController>();
  private readonly counts = { jobs: 0, waitingCommands: 0, ready: 0, running: 0, parkedLanes: 0, deadLetters: 0 };
  private consumer: LaneConsumer | undefined;
  private draining = false;
  private stopped = false;
  private onQuiet = (): void => {};

  constructor(
    private readonly options: Required<InProcessQueueOptions>,
    private readonly clock: Clock,
  ) {
    super();
  }

  async stage(staged: readonly StagedJob[]): Promise<void> {
    checkStagedJobs(staged);
    const commands = staged.filter(({ job }) => job.kind === 'command').length;
    if (commands > 0 && this.draining) throw new ClosedError('The queue');
    if (commands > 0 && this.counts.waitingCommands + commands > this.options.maxWaitingCommands) {
      throw new QueueFullError(this.options.maxWaitingCommands);
    }
    this.add(staged);
    this.claim();
  }

  consume(consumer: LaneConsumer): void {
    this.consumer = consumer;
    this.claim();
  }

  async depth(): Promise<QueueDepth> {
    const { jobs, running, parkedLanes, deadLetters } = this.counts;
    return { jobs, running, parkedLanes, deadLetters };
  }

  async drain(): Promise<void> {
    if (this.draining) return;
    this.draining = true;
    if (this.consumer) await this.finishOrTimeout();
    this.stopped = true;
    for (const abort of this.aborts) abort.abort(new ClosedError('The queue'));
    const { jobs, parkedLanes } = this.counts;
    if (jobs > 0) this.logger.warn({ message: 'Stopped with unfinished jobs', jobs, parkedLanes });
  }

  private add(staged: readonly StagedJob[]): void {
    const now = this.clock.now();
    for (const item of staged) {
      const key = laneKey(item.lane);
      let lane = this.lanes.get(key);
      if (!lane) this.lanes.set(key, (lane = new InProcessLane(key, item.lane)));
      if (lane.add(item, now)) {
        this.counts.jobs += 1;
        if (item.job.kind === 'command') this.counts.waitingCommands += 1;
      }
      if (lane.status === 'idle' || (lane.status === 'waiting' && lane.failures === 0)) this.settle(lane, now);
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
    this.counts.ready += 1;
    this.ready.push(lane);
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
    while (this.counts.running < this.options.concurrency) {
      const lane = this.ready.next();
      if (!lane) break;
      this.counts.ready -= 1;
      void this.run(lane, this.consumer);
    }
    if (this.counts.running === 0 && this.counts.ready === 0) this.onQuiet();
  }

  private async run(lane: InProcessLane, consumer: LaneConsumer): Promise<void> {
    lane.status = 'running';
    this.counts.running += 1;
    const policy = consumer.policy(lane.lane);
    const jobs = lane.take(policy.maxBatchJobs, this.clock.now());
    let outcome: LaneOutcome | undefined;
    let error: unknown;
    try {
      outcome = await this.handleInTime(lane, jobs, consumer, policy);
      error = outcome.failure?.error;
    } catch (thrown) {
      error = thrown;
    }
    this.counts.running -= 1;
    this.finish(lane, jobs, outcome, error, policy);
    this.claim();
  }

  private async handleInTime(
    { lane, failures }: InProcessLane,
    jobs: readonly Job[],
    consumer: LaneConsumer,
    { timeoutMs }: LanePolicy,
  ): Promise<LaneOutcome> {
    const abort = new AbortController();
    this.aborts.add(abort);
    const cancel = this.clock.schedule(timeoutMs, () =>
      abort.abort(new HandlerTimeoutError(lane.component, timeoutMs)),
    );
    const aborted = new Promise<never>((_, reject) => {
      abort.signal.addEventListener('abort', () => reject(abort.signal.reason as Error), { once: true });
    });
    try {
      return await Promise.race([
        consumer.handle({ lane, jobs, attempt: failures + 1, signal: abort.signal }),
        aborted,
      ]);
    } finally {
      cancel();
      this.aborts.delete(abort);
    }
  }

  /** Acknowledges and stages follow-ups in one synchronous step, then decides where the lane goes. */
  private finish(
    lane: InProcessLane,
    jobs: readonly Job[],
    outcome: LaneOutcome | undefined,
    error: unknown,
    policy: LanePolicy,
  ): void {
    const completed = error === undefined ? jobs.length : (outcome?.completed ?? 0);
    this.remove(lane, completed);
    if (completed > 0) lane.failures = 0;
    if (outcome) this.add(outcome.followUps);
    if (error === undefined) {
      lane.batchLimit = Number.POSITIVE_INFINITY;
      this.settle(lane, this.clock.now());
    } else if (!outcome && jobs.length > 1 && !(error instanceof OutageError)) {
      // The handler did not say which job failed: halve the batch until that job stands alone.
      lane.batchLimit = Math.ceil(jobs.length / 2);
      this.makeReady(lane);
    } else {
      this.fail(lane, error, policy);
    }
  }

  private fail(lane: InProcessLane, error: unknown, policy: LanePolicy): void {
    lane.failures += 1;
    lane.batchLimit = Number.POSITIVE_INFINITY;
    const { kind, component, tenantId, id } = lane.lane;
    const subject = { kind, component, tenantId, lane: id, attempts: lane.failures, error: String(error) };
    if (error instanceof OutageError || (isRepeatable(error) && lane.failures < policy.maxAttempts)) {
      const backoffMs = Math.min(policy.backoffMs * 2 ** (lane.failures - 1), policy.maxBackoffMs);
      this.wait(lane, backoffMs * (1 - Math.random() / 2));
      return;
    }
    if (policy.whenExhausted === 'park') {
      lane.status = 'parked';
      this.counts.parkedLanes += 1;
      this.logger.error({ message: 'Lane parked behind a failing job', ...subject });
      return;
    }
    const [job] = this.remove(lane, 1);
    this.counts.deadLetters += 1;
    lane.failures = 0;
    this.logger.error({ message: 'Job put aside as a dead letter', ...subject, job });
    this.settle(lane, this.clock.now());
  }

  private remove(lane: InProcessLane, count: number): readonly Job[] {
    const removed = lane.acknowledge(count);
    this.counts.jobs -= removed.length;
    this.counts.waitingCommands -= removed.filter(({ kind }) => kind === 'command').length;
    return removed;
  }

  /** Resolves when nothing runs and nothing may run any more, or when the time for it is over. */
  private finishOrTimeout(): Promise<void> {
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
    const waiting = [...this.lanes.values()].filter(({ status, failures }) => status === 'waiting' && failures === 0);
    for (const lane of waiting) {
      lane.hurry();
      this.makeReady(lane);
    }
    return waiting.length > 0;
  }
}

function isRepeatable(error: unknown): boolean {
  const kind = classifyError(error);
  return kind === 'transient' || kind === 'conflict';
}

import { setTimeout as delay } from 'node:timers/promises';
import type { IQueueBackend, JobProgress } from 'bullmq';
import { describeError } from '../../../../errors/describe-error.js';
import { encodeKey } from '../../../../tenancy/encode-key.js';
import type { LaneRun } from '../../lane-run.js';
import { LeaseLostError } from '../../lease-lost.error.js';
import { type HostedLanes, type InsideBatch, LaneHost } from '../lane-host.js';
import type { BullmqHostOptions } from './bullmq-host-options.js';
import { LaneBackend } from './lane-backend.js';
import type { LaneJob, LaneJobData, LaneJobResult, LaneWorker } from './lane-job.js';
import { type LaneFailure, LanesFailedError } from './lanes-failed.error.js';
import type { Bullmq } from './load-bullmq.js';

/** How long a stop waits for the `Worker` once none of its lanes runs: for what a telemetry does at the end. */
const CLOSE_GRACE_MS = 1_000;

export interface BullmqHostSettings {
  /** Of the queue. */
  readonly name: string;
  readonly bullmq: BullmqHostOptions;
  readonly drainTimeoutMs: number;
}

/**
 * Runs lanes as jobs of a BullMQ `Worker`, whose datastore is `LaneBackend`. A job ends with the last of its lanes, but
 * each lane is told of as it ends, and its slot is free for another one, in another job. So there are never more jobs
 * than slots.
 *
 * The source prolongs the leases, by the monotonic clock and also those that no job has taken yet; so BullMQ's own
 * renewal of locks, which goes by the wall clock, is off, as is its search for stalled jobs.
 */
export class BullmqHost extends LaneHost {
  private readonly backend: LaneBackend;
  private readonly worker: LaneWorker;

  constructor(bullmq: Pick<Bullmq, 'Worker'>, source: HostedLanes, inside: InsideBatch, settings: BullmqHostSettings) {
    super(source, inside);
    const name = encodeKey(settings.name);
    const backend = new LaneBackend(name, source, settings.drainTimeoutMs);
    this.backend = backend;
    this.worker = new bullmq.Worker<LaneJobData, LaneJobResult, string, IQueueBackend, JobProgress, object>(
      name,
      (job) => this.process(job),
      {
        connection: {},
        autorun: false,
        concurrency: source.slots,
        skipLockRenewal: true,
        skipStalledCheck: true,
        telemetry: settings.bullmq.telemetry,
      },
      () => backend,
    );
    this.worker.on('error', (error) => this.report(error));
    source.onLost((run) => this.tellLost(run));
    try {
      settings.bullmq.onWorker?.(this.worker);
    } catch (error) {
      this.report(error);
    }
    this.worker.run().catch((error: unknown) => this.report(error));
  }

  async drain(timeoutMs: number): Promise<void> {
    // First, so that it does not ask a source that has nothing more to give.
    const closed = this.worker.close().catch((error: unknown) => this.report(error));
    // What did not even end when it was aborted is not waited for.
    const ended = await this.source.drain(timeoutMs);
    if (ended) await Promise.race([closed, delay(CLOSE_GRACE_MS, undefined, { ref: false })]);
  }

  private async process({ id }: LaneJob): Promise<LaneJobResult> {
    const runs = this.backend.runsOf(id!);
    await Promise.all(runs.map((run) => this.work(run)));
    const failures = runs.flatMap(failureOf);
    // Never what a handler threw itself, for BullMQ gives some errors a meaning of its own.
    if (failures.length > 0) throw new LanesFailedError(failures);
    return { completed: runs.reduce((sum, run) => sum + run.completed, 0) };
  }

  private tellLost(run: LaneRun): void {
    const jobId = this.backend.jobOf(run);
    if (jobId !== undefined) this.worker.emit('lockRenewalFailed', [jobId]);
  }

  private report(error: unknown): void {
    this.logger.error({ message: 'The BullMQ worker of the queue reported an error', error: describeError(error) });
  }
}

function failureOf(run: LaneRun): LaneFailure[] {
  const { reason } = run.abort;
  const failure = reason instanceof LeaseLostError ? { error: reason } : run.failure;
  return failure ? [{ lane: run.lane, error: failure.error }] : [];
}

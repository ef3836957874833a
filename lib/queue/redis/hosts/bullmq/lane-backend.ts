import { randomUUID } from 'node:crypto';
import type { IQueueBackend, JobJson } from 'bullmq';
import type { LaneRun } from '../../lane-run.js';
import type { HostedLanes } from '../lane-host.js';
import type { LaneJobData } from './lane-job.js';
import { UnsupportedBackend } from './unsupported-backend.js';

/** Lanes of one job at most. A job is made of what is at hand, and may have one lane only. */
const MAX_LANES_A_JOB = 8;

/** The next job, or none: data, id, and two delays that lanes do not have. */
type NextJob = [JobJson | null, string, 0, 0];

interface Finished {
  readonly result: NextJob | undefined;
  readonly finishedOn: number;
}

/**
 * What a BullMQ `Worker` takes for its datastore: jobs are lanes that the source has at hand, and live in this process
 * only. The `Worker` asks in this order:
 *
 *     moveToActive ──job──▶ (it runs) ──▶ moveToCompleted or moveToFailed, which may give the next job
 *       └──none──▶ waitForJob ──▶ moveToActive …            close: disconnectBlocking, then close
 */
export class LaneBackend extends UnsupportedBackend implements IQueueBackend {
  readonly keys = {};
  /** Seconds; `waitForJob` ends when there is something to do, however long the `Worker` wants to wait. */
  readonly minimumBlockTimeout = 1;
  closing: Promise<void> | undefined;
  private readonly jobs = new Map<string, readonly LaneRun[]>();
  /** Jobs of different processes have different ids. */
  private readonly idPrefix = randomUUID();
  private count = 0;

  constructor(
    readonly qualifiedName: string,
    private readonly source: Pick<HostedLanes, 'lanes' | 'take' | 'suspend' | 'drain'>,
    private readonly drainTimeoutMs: number,
  ) {
    super();
  }

  /** The lanes of a job that runs. */
  runsOf(jobId: string): readonly LaneRun[] {
    return this.jobs.get(jobId) ?? [];
  }

  /** The job that a lane belongs to, if it runs. */
  jobOf(run: LaneRun): string | undefined {
    for (const [jobId, runs] of this.jobs) if (runs.includes(run)) return jobId;
    return undefined;
  }

  async waitUntilReady(): Promise<void> {}

  async moveToActive(): Promise<NextJob> {
    return this.nextJob();
  }

  async waitForJob(): Promise<null> {
    await this.source.lanes();
    return null;
  }

  async moveToCompleted(
    job: { id?: string },
    _result: unknown,
    _keep: unknown,
    _token: string,
    fetchNext: boolean,
  ): Promise<Finished> {
    return this.finished(job, fetchNext);
  }

  async moveToFailed(
    job: { id?: string },
    _reason: string,
    _keep: unknown,
    _token: string,
    fetchNext: boolean,
  ): Promise<Finished> {
    return this.finished(job, fetchNext);
  }

  /** The `Worker` pauses or closes: it waits for no more jobs. */
  async disconnectBlocking(): Promise<void> {
    this.source.suspend();
  }

  /** It goes on; its next wait tells the source. */
  async reconnectBlocking(): Promise<void> {}

  close(): Promise<void> {
    this.closing ??= this.source.drain(this.drainTimeoutMs).then(() => undefined);
    return this.closing;
  }

  toKey(type: string): string {
    return `${this.qualifiedName}:${type}`;
  }

  clientName(suffix = ''): string {
    return this.qualifiedName + suffix;
  }

  private finished({ id }: { id?: string }, fetchNext: boolean): Finished {
    this.jobs.delete(id!);
    return { result: fetchNext ? this.nextJob() : undefined, finishedOn: Date.now() };
  }

  private nextJob(): NextJob {
    const runs = this.source.take(MAX_LANES_A_JOB);
    if (runs.length === 0) return [null, '', 0, 0];
    this.count += 1;
    const id = `${this.idPrefix}-${this.count}`;
    this.jobs.set(id, runs);
    return [toJobJson(id, runs), id, 0, 0];
  }
}

function toJobJson(id: string, runs: readonly LaneRun[]): JobJson {
  const data: LaneJobData = {
    lanes: runs.map(({ claim }) => claim.lane),
    jobs: runs.reduce((sum, { claim }) => sum + claim.entries.length, 0),
  };
  const now = Date.now();
  return {
    id,
    name: 'lanes',
    data: JSON.stringify(data),
    opts: {},
    progress: 0,
    attemptsMade: 0,
    attemptsStarted: 1,
    timestamp: now,
    processedOn: now,
    failedReason: '',
    returnvalue: 'null',
    stalledCounter: 0,
  };
}

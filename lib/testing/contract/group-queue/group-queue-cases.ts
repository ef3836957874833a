import { ok } from 'node:assert';
import { MAX_TIMER_MS } from '../../../errors/integer-problem.js';
import type { GroupQueue, QueueDepth } from '../../../queue/group-queue.js';
import type { EventRangeJob, Job } from '../../../queue/job.js';
import type { Lane, LaneKind } from '../../../queue/lane.js';
import type { KnownComponent } from '../../../queue/lane-consumer.js';
import type { LaneBatch, LaneOutcome } from '../../../queue/lane-batch.js';
import type { LanePolicy } from '../../../queue/lane-policy.js';
import type { StagedJob } from '../../../queue/staged-job.js';
import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import type { ContractTest } from '../contract-test.js';
import { eventually } from '../eventually.js';
import type { Expect } from '../test-runner.js';

/** What every adapter lets the suite choose. @publicApi */
export interface QueueLimits {
  readonly concurrency: number;
  readonly commandConcurrency: number;
  readonly maxWaitingCommands: number;
  readonly maxWaitingJobs: number;
  readonly maxWaitingJobsPerTenant: number;
  readonly maxDelayedJobsPerTenant: number;
  readonly drainTimeoutMs: number;
  readonly answersKeptMs: number;
  readonly answersKeptPerTenant: number;
}

export const LIMITS: QueueLimits = {
  concurrency: 8,
  commandConcurrency: 8,
  maxWaitingCommands: 1_000,
  maxWaitingJobs: 100_000,
  maxWaitingJobsPerTenant: 100_000,
  maxDelayedJobsPerTenant: 100_000,
  drainTimeoutMs: 5_000,
  answersKeptMs: 60_000,
  answersKeptPerTenant: 1_000,
};

export const POLICY: LanePolicy = {
  maxBatchJobs: 10,
  maxAttempts: 3,
  backoffMs: 1,
  maxBackoffMs: 5,
  timeoutMs: 5_000,
  whenExhausted: 'dead-letter',
};

/** What the lanes of the cases are handled by. */
export const COMPONENTS: readonly KnownComponent[] = (
  ['command', 'fold', 'map', 'reactor', 'delay', 'timer'] as const
).map((kind) => ({
  kind,
  component: 'c@1',
  pipeline: kind === 'reactor' ? 'mail' : 'orders: {all}',
}));

export type Handle = (batch: LaneBatch) => Promise<LaneOutcome> | LaneOutcome;

/**
 * What the cases of one adapter are declared with; queues are drained after each case. Two queues of one case stand for
 * two processes: they share their jobs, unless the adapter keeps them in the memory of one process.
 */
export interface GroupQueueCases {
  readonly expect: Expect;
  readonly test: ContractTest;
  /** @param apart name of a queue that shares nothing with the others of its case */
  open(limits?: Partial<QueueLimits>, apart?: string): Promise<GroupQueue>;
  /** A queue that is consumed. */
  start(handle: Handle, options?: StartOptions): Promise<GroupQueue>;
}

export interface StartOptions {
  readonly policy?: Partial<LanePolicy>;
  readonly limits?: Partial<QueueLimits>;
  readonly apart?: string;
}

/** The depth of a queue in which nothing is. */
export const EMPTY: QueueDepth = {
  jobs: 0,
  parkedJobs: 0,
  delayedJobs: 0,
  running: 0,
  parkedLanes: 0,
  deadLetters: 0,
};

export const done: Handle = (batch) => ({ completed: batch.jobs.length, followUps: [] });

export function lane(id: string, kind: LaneKind = 'fold', tenant = 'acme'): Lane {
  return { tenantId: createTenantId(tenant), kind, component: 'c@1', aggregateType: 't', id };
}

export function range(of: Lane, sequence: number): StagedJob {
  return { lane: of, job: { kind: 'fold', aggregateId: of.id, from: sequence, to: sequence, events: [] } };
}

export function command(of: Lane, commandId: string): StagedJob {
  const receipt = { receiptId: `receipt-${commandId}`, awaited: false };
  return {
    lane: of,
    job: { kind: 'command', commandId, ...receipt, type: 'x', data: {}, metadata: {}, acceptedAt: 0 },
  };
}

/** A wake-up of a process that is due after `delayMs`. */
export function timer(id: string, delayMs: number, tenant?: string): StagedJob {
  return {
    lane: lane(id, 'timer', tenant),
    job: { kind: 'timer', aggregateId: id, wakeUp: 'w', since: 1 },
    debounce: { delayMs, maxWaitMs: MAX_TIMER_MS, source: 'timer', rank: 1 },
  };
}

/** A command in the lane in which it waits for its time; its id is that of its aggregate, too. */
export function delayedCommand(commandId: string, delayMs: number, tenant?: string): StagedJob {
  return { ...command(lane(commandId, 'delay', tenant), commandId), delayMs };
}

export const sequenceOf = (job: Job): number => (job as EventRangeJob).to;

/** Resolves when everything that was staged is done. */
export function settled(queue: GroupQueue): Promise<void> {
  return eventually(async () => {
    const { jobs, running } = await queue.depth();
    ok(jobs === 0 && running === 0, `${jobs} jobs are left, ${running} lanes run`);
  });
}

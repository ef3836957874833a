import type { QueueRun } from './queue-run.js';

/** Jobs are numbered per millisecond of a measurement, so that a run takes about as long as it should. */
export type QueueLoad = Omit<QueueRun, 'port' | 'jobs' | 'warmUpJobs' | 'perSecond'> & { readonly jobsPerMs: number };

const DISTINCT = Number.MAX_SAFE_INTEGER;
/** Batches of the size that folds and maps have by default. */
const NO_WORK = { maxBatchJobs: 500, delayMs: 0 };
const DRAIN = { system: 'own', mode: 'drain', lanes: 100, handler: NO_WORK, floodJobs: 0 } as const;
const LATENCY = { ...DRAIN, mode: 'latency' } as const;

/** Everything that is measured once a round. */
export const QUEUE_LOADS = {
  bullmq: { ...DRAIN, system: 'bullmq', jobsPerMs: 20 },
  'groupmq-1': { ...DRAIN, system: 'groupmq', lanes: 1, jobsPerMs: 3 },
  'groupmq-100': { ...DRAIN, system: 'groupmq', jobsPerMs: 20 },
  'groupmq-10000': { ...DRAIN, system: 'groupmq', lanes: 10_000, jobsPerMs: 8 },
  'lanes-1': { ...DRAIN, lanes: 1, jobsPerMs: 50 },
  'lanes-100': { ...DRAIN, jobsPerMs: 45 },
  'lanes-10000': { ...DRAIN, lanes: 10_000, jobsPerMs: 30 },
  'lanes-distinct': { ...DRAIN, lanes: DISTINCT, jobsPerMs: 12 },
  'lanes-distinct-native': { ...DRAIN, host: 'native', lanes: DISTINCT, jobsPerMs: 12 },
  'batch-2ms': { ...DRAIN, lanes: 1, handler: { maxBatchJobs: 500, delayMs: 2 }, jobsPerMs: 40 },
  'single-2ms': { ...DRAIN, lanes: 1, handler: { maxBatchJobs: 1, delayMs: 2 }, jobsPerMs: 0.3 },
  'bullmq-enqueue': { ...DRAIN, system: 'bullmq', mode: 'enqueue', jobsPerMs: 25 },
  enqueue: { ...DRAIN, mode: 'enqueue', jobsPerMs: 25 },
  'bullmq-latency-100': { ...LATENCY, system: 'bullmq', jobsPerMs: 0.1 },
  'latency-100': { ...LATENCY, jobsPerMs: 0.1 },
  'bullmq-latency-2000': { ...LATENCY, system: 'bullmq', lanes: 1_000, jobsPerMs: 2 },
  'latency-2000': { ...LATENCY, lanes: 1_000, jobsPerMs: 2 },
  'bullmq-flood': { ...LATENCY, system: 'bullmq', floodJobs: 30_000, jobsPerMs: 0.1 },
  flood: { ...LATENCY, floodJobs: 120_000, jobsPerMs: 0.1 },
} as const satisfies Record<string, QueueLoad>;

export type QueueLoadName = keyof typeof QUEUE_LOADS;

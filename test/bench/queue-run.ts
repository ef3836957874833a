import 'reflect-metadata';
import { Queue, Worker } from 'bullmq';
import { setTimeout as delay } from 'node:timers/promises';
import { SystemClock } from '../../lib/clock/system-clock.js';
import type { StoredEvent } from '../../lib/events/stored-event.js';
import type { ReactorJob } from '../../lib/queue/job.js';
import type { StagedJob } from '../../lib/queue/staged-job.js';
import { redisQueue } from '../../lib/queue/redis/redis-queue.adapter.js';
import { createTenantId } from '../../lib/tenancy/create-tenant-id.js';
import type { QueueRun, QueueRunResult } from './queue-runs.js';
import { Tally } from './tally.js';

/** One measurement in a process of its own: what it is asked for comes as the first argument, the answer by `send`. */

const STAGED_AT_ONCE = 500;
const PEER_CONCURRENCY = 50;
const PAYLOAD_BYTES = 700;
const TIMEOUT_MS = 120_000;
const tenantId = createTenantId('bench');
const payload = JSON.stringify({ text: 'x'.repeat(PAYLOAD_BYTES), price: 12.5, tags: ['a', 'b', 'c'], open: true });

const run = JSON.parse(process.argv[2]!) as QueueRun;
const timeout = setTimeout(() => process.exit(1), TIMEOUT_MS);
const result = run.system === 'bullmq' ? await runPeer(run) : await runOwn(run);
process.send!(result, () => {
  clearTimeout(timeout);
  process.disconnect();
  process.exit(0);
});

/** About 1 KB as JSON. */
function eventOf(lane: number, sequence: number): StoredEvent {
  return {
    id: `01890000-0000-7000-8000-${String(sequence).padStart(12, '0')}` as StoredEvent['id'],
    tenantId,
    aggregateType: 'bench',
    aggregateId: `lane-${lane}`,
    sequence,
    type: 'bench.happened',
    version: 1,
    payload,
    tags: [],
    metadata: { correlationId: 'c', causationId: 'd' } as StoredEvent['metadata'],
    occurredAt: 1_700_000_000_000,
    recordedAt: 1_700_000_000_000,
  };
}

async function runOwn({ port, warmUpJobs, jobs, lanes, handler, mode }: QueueRun): Promise<QueueRunResult> {
  const limits = {
    maxWaitingJobs: 10_000_000,
    maxWaitingJobsPerTenant: 10_000_000,
    maxWaitingBytesPerTenant: 2_000_000_000,
  };
  const queue = await redisQueue({ connection: { host: '127.0.0.1', port }, ...limits }).open({
    clock: new SystemClock(),
  });
  const staged = (index: number): StagedJob => {
    const [lane, sequence] = [index % lanes, Math.floor(index / lanes) + 1];
    const event = eventOf(lane, sequence);
    const job: ReactorJob = { kind: 'reactor', event };
    return {
      lane: { tenantId, kind: 'reactor', component: 'bench@1', aggregateType: 'bench', id: event.aggregateId },
      job,
    };
  };
  if (mode === 'enqueue')
    return finishing(await enqueue(warmUpJobs, jobs, (index) => queue.stage([staged(index)])), () => queue.drain());
  const total = warmUpJobs + jobs;
  for (let from = 0; from < total; from += STAGED_AT_ONCE) {
    const count = Math.min(STAGED_AT_ONCE, total - from);
    await queue.stage(Array.from({ length: count }, (_, index) => staged(from + index)));
  }
  const tally = new Tally(warmUpJobs, jobs, true);
  queue.consume({
    components: [{ kind: 'reactor', component: 'bench@1' }],
    policy: () => ({
      maxBatchJobs: handler.maxBatchJobs,
      maxAttempts: 1,
      backoffMs: 1,
      maxBackoffMs: 1,
      timeoutMs: 60_000,
      whenExhausted: 'park',
    }),
    handle: async (batch) => {
      if (handler.delayMs > 0) await delay(handler.delayMs);
      for (const { event } of batch.jobs as readonly ReactorJob[]) tally.take(event);
      return { completed: batch.jobs.length, followUps: [] };
    },
  });
  await tally.finished;
  return finishing(tally.result(), () => queue.drain());
}

async function runPeer({ port, warmUpJobs, jobs, lanes, mode }: QueueRun): Promise<QueueRunResult> {
  const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
  const queue = new Queue<StoredEvent>('bench', { connection });
  await queue.waitUntilReady();
  const event = (index: number): StoredEvent => eventOf(index % lanes, Math.floor(index / lanes) + 1);
  if (mode === 'enqueue')
    return finishing(await enqueue(warmUpJobs, jobs, (index) => queue.add('e', event(index))), () => queue.close());
  const total = warmUpJobs + jobs;
  for (let from = 0; from < total; from += STAGED_AT_ONCE) {
    const count = Math.min(STAGED_AT_ONCE, total - from);
    await queue.addBulk(Array.from({ length: count }, (_, index) => ({ name: 'e', data: event(from + index) })));
  }
  const tally = new Tally(warmUpJobs, jobs, false);
  const options = { connection, concurrency: PEER_CONCURRENCY, removeOnComplete: { count: 0 } };
  const worker = new Worker<StoredEvent>('bench', async (job) => tally.take(job.data), options);
  await tally.finished;
  return finishing(tally.result(), async () => {
    await worker.close(true);
    await queue.close();
  });
}

/** Single jobs, 50 on their way at a time, each acknowledged. */
async function enqueue(
  warmUpJobs: number,
  jobs: number,
  add: (index: number) => Promise<unknown>,
): Promise<QueueRunResult> {
  let next = 0;
  const upTo = async (end: number): Promise<void> => {
    const caller = async (): Promise<void> => {
      while (next < end) await add(next++);
    };
    await Promise.all(Array.from({ length: PEER_CONCURRENCY }, caller));
  };
  await upTo(warmUpJobs);
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  await upTo(warmUpJobs + jobs);
  const { user, system } = process.cpuUsage(cpu);
  return { rate: (jobs * 1_000) / (performance.now() - startedAt), cpuMicrosPerJob: (user + system) / jobs };
}

async function finishing(result: QueueRunResult, close: () => Promise<unknown>): Promise<QueueRunResult> {
  await close();
  return result;
}

import { benchEvent } from './bench-event.js';
import type { BenchQueue } from './bench-queue.js';
import { PEER_CONCURRENCY } from './peer-concurrency.js';
import type { QueueFigures, QueueRun } from './queue-run.js';

/** Stages single jobs, 50 on their way at a time, each acknowledged. */
export async function enqueue(queue: BenchQueue, { warmUpJobs, jobs, lanes }: QueueRun): Promise<QueueFigures> {
  let next = 0;
  const upTo = async (end: number): Promise<void> => {
    const caller = async (): Promise<void> => {
      while (next < end) {
        const index = next++;
        await queue.add(benchEvent(index % lanes, Math.floor(index / lanes) + 1));
      }
    };
    await Promise.all(Array.from({ length: PEER_CONCURRENCY }, caller));
  };
  await upTo(warmUpJobs);
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  await upTo(warmUpJobs + jobs);
  const { user, system } = process.cpuUsage(cpu);
  return { rate: (jobs * 1_000) / (performance.now() - startedAt), nodeMicros: (user + system) / jobs };
}

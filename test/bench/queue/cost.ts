import type { Redis } from 'ioredis';
import type { QueueFigures } from './queue-run.js';

/** What this process and the server have spent so far. */
interface Spent {
  readonly nodeMicros: number;
  readonly redisMicros: number;
  readonly redisCommands: number;
}

/** Counts from now on, and gives what a job cost. */
export async function startCost(redis: Redis): Promise<(jobs: number) => Promise<QueueFigures>> {
  const before = await spent(redis);
  return async (jobs) => {
    const after = await spent(redis);
    return {
      nodeMicros: (after.nodeMicros - before.nodeMicros) / jobs,
      redisMicros: (after.redisMicros - before.redisMicros) / jobs,
      redisCommands: (after.redisCommands - before.redisCommands) / jobs,
    };
  };
}

/** Memory in use, of which a job that waits has its share. */
export async function usedMemory(redis: Redis): Promise<number> {
  return numberAfter('used_memory', await redis.info('memory'));
}

async function spent(redis: Redis): Promise<Spent> {
  const [cpu, stats] = await Promise.all([redis.info('cpu'), redis.info('commandstats')]);
  const { user, system } = process.cpuUsage();
  const redisSeconds = numberAfter('used_cpu_user', cpu) + numberAfter('used_cpu_sys', cpu);
  const redisCommands = [...stats.matchAll(/calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
  return { nodeMicros: user + system, redisMicros: redisSeconds * 1_000_000, redisCommands };
}

function numberAfter(name: string, info: string): number {
  return Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)![1]);
}

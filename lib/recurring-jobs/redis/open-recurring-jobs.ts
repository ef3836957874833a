import { loadPackage } from '../../packages/load-package.js';
import { createClient } from '../../redis/create-client.js';
import { type RedisConnectionOptions, resolveRedisOptions } from '../../redis/redis-connection-options.js';
import type { RecurringJobsContext } from '../recurring-jobs-context.js';
import type { RecurringJobs } from '../recurring-jobs.js';

export interface RedisRecurringJobsOptions {
  readonly connection: RedisConnectionOptions;
  readonly prefix: string;
  readonly name: string;
  readonly leaseMs: number;
}

const PURPOSE = 'The Redis queue';
/** Longer than BullMQ's longest wait for a job, after which the server answers by itself. */
const MIN_COMMAND_TIMEOUT_MS = 15_000;

/** @throws MissingPackageError without `@nestjs/bullmq`, `bullmq` or `ioredis` */
export async function openRecurringJobs(
  { connection, prefix, name, leaseMs }: RedisRecurringJobsOptions,
  { clock, loadModule }: RecurringJobsContext,
): Promise<RecurringJobs> {
  const { RecurringJobsModule, RedisRecurringJobs } = await load();
  const resolved = resolveRedisOptions(connection);
  const client = await createClient(resolved, PURPOSE, {
    commandTimeout: Math.max(resolved.commandTimeoutMs, MIN_COMMAND_TIMEOUT_MS),
    // As BullMQ wants it: what finds no connection waits for one, within `commandTimeout`.
    maxRetriesPerRequest: null,
  });
  try {
    const module = await loadModule(RecurringJobsModule.register({ client, prefix, name, leaseMs, clock }));
    return module.get(RedisRecurringJobs);
  } catch (error) {
    client.disconnect();
    throw error;
  }
}

/** What needs BullMQ is loaded here alone, so that nobody installs it who does not use it. */
async function load() {
  const [{ RecurringJobsModule }, { RedisRecurringJobs }] = await loadPackage(
    { name: 'bullmq', install: 'bullmq@~6.7.0', purpose: PURPOSE },
    () =>
      loadPackage({ name: '@nestjs/bullmq', install: '@nestjs/bullmq', purpose: PURPOSE }, () =>
        Promise.all([import('./recurring-jobs.module.js'), import('./redis-recurring-jobs.js')]),
      ),
  );
  return { RecurringJobsModule, RedisRecurringJobs };
}

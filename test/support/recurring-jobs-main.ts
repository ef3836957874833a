import 'reflect-metadata';
import { Redis } from 'ioredis';
import { redisQueue } from '../../lib/queue/redis/redis-queue.adapter.js';
import { RecurringJobs } from '../../lib/recurring-jobs/recurring-jobs.js';
import { recurringJobsApp } from './recurring-jobs-app.js';

/** A process with a recurring job that says who runs it, and never ends by itself. */

const [, , port, leaseMs, intervalMs] = process.argv.map(Number) as [number, number, number, number, number];
const connection = { host: '127.0.0.1', port };
const log = new Redis(connection);
const app = await recurringJobsApp(redisQueue({ connection, leaseMs }));
app.get(RecurringJobs).start([
  {
    name: 'forever',
    intervalMs,
    timeoutMs: intervalMs,
    run: async (signal) => {
      await log.rpush('runs', process.pid);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  },
]);
process.send?.('ready');

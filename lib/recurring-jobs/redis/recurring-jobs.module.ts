import { type DynamicModule, Module } from '@nestjs/common';
import { BullModule, getQueueToken } from '@nestjs/bullmq';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Clock } from '../../clock/clock.js';
import { encodeKey } from '../../tenancy/encode-key.js';
import { RECURRING_JOBS_QUEUE } from './recurring-jobs-queue.js';
import { createProcessor, type RecurringJobsProcessor } from './recurring-jobs.processor.js';
import { RedisRecurringJobs } from './redis-recurring-jobs.js';

export interface RecurringJobsModuleOptions {
  /** Has all commands but those that block; they get a connection like it. */
  readonly client: Redis;
  readonly prefix: string;
  readonly name: string;
  /** How long the job of a process that died stays with it; milliseconds. */
  readonly leaseMs: number;
  readonly clock: Clock;
}

/** Locks are prolonged, and looked through, once in this share of a lease. */
const LEASE_SHARE = 1 / 3;
/** Entries of BullMQ's stream of events, about. */
const MAX_EVENTS = 100;

/** One plain queue of BullMQ, with its worker. */
@Module({})
export class RecurringJobsModule {
  static register({ client, prefix, name, leaseMs, clock }: RecurringJobsModuleOptions): DynamicModule {
    const everyMs = Math.ceil(leaseMs * LEASE_SHARE);
    const processor = createProcessor({
      autorun: false,
      concurrency: 1,
      lockDuration: leaseMs,
      lockRenewTime: everyMs,
      stalledInterval: everyMs,
    });
    const token = getQueueToken(RECURRING_JOBS_QUEUE);
    return {
      module: RecurringJobsModule,
      imports: [
        BullModule.registerQueue({
          name: RECURRING_JOBS_QUEUE,
          connection: client,
          // The braces keep all keys on one node of a cluster.
          prefix: `{${encodeKey(prefix, name)}}`,
          // What the application gives all of its own queues, through BullModule.forRoot(), is not meant for this one.
          defaultJobOptions: {},
          streams: { events: { maxLen: MAX_EVENTS } },
        }),
      ],
      providers: [
        processor,
        {
          provide: RedisRecurringJobs,
          inject: [token, processor],
          useFactory: (queue: Queue, host: RecurringJobsProcessor) =>
            new RedisRecurringJobs(queue, host, client, clock),
        },
      ],
    };
  }
}

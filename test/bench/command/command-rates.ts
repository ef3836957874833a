import { randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Queue, QueueEvents, Worker } from 'bullmq';
import { Commands, EventStore, inProcessQueue, type QueueAdapter } from '../../../lib/index.js';
import { redisQueue } from '../../../lib/redis.js';
import { startTestPostgres } from '../../support/postgres-server.js';
import { startTestRedis } from '../../support/redis-server.js';
import type { BenchResult, BenchScale } from '../bench-case.js';
import { PEER_CONCURRENCY } from '../queue/peer-concurrency.js';
import { Comparison, type Load, runRounds } from '../rates.js';
import { Paid, Pay, PAYERS, payingApp } from './paying-app.js';

/** Senders, each of which waits for the outcome of its command before it sends the next one. */
const SENDERS = 64;
const ACCOUNTS = 10_000;
const PEER_TIMEOUT_MS = 60_000;
/** A job that is gone before its sender has asked for its end fails it. */
const KEPT_JOBS = 10_000;

/** Something that was opened for the benchmark, to be closed after it. */
type Closing = () => Promise<unknown>;

/**
 * Commands a second from `Commands.run()` until they are stored in PostgreSQL. In process they are beside plain appends of the
 * same events by as many callers; in Redis beside jobs of BullMQ that append them, whose senders wait for their end.
 */
export async function commandRates({ rounds, measureMs }: BenchScale): Promise<readonly BenchResult[]> {
  const closing: Closing[] = [];
  try {
    const [server, redis] = await Promise.all([startTestPostgres(), startTestRedis()]);
    closing.push(
      () => server.stop(),
      () => redis.stop(),
    );
    const boot = async (queue: QueueAdapter): Promise<INestApplicationContext> => {
      const app = await NestFactory.createApplicationContext(payingApp(await server.createDatabase(), queue), {
        logger: ['error', 'warn'],
      });
      closing.push(() => app.close());
      return app;
    };
    const inline = await boot(inProcessQueue());
    const queued = await boot(redisQueue({ connection: { host: redis.host, port: redis.port } }));
    const jobs = await jobsOfBullmq(queued.get(EventStore), redis.port, closing);
    const comparisons = [
      new Comparison('inline', commandsOf(inline), 'appends', appendsTo(inline.get(EventStore))),
      new Comparison('queued', commandsOf(queued), 'BullMQ jobs that append', jobs),
    ];
    await runRounds(comparisons, rounds, measureMs);
    return comparisons.map((comparison) => ({ ...comparison.rate(), unit: 'commands/s' }));
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

function load(work: (account: string, n: number) => Promise<unknown>): Load {
  let n = 0;
  return {
    callers: SENDERS,
    eventsPerCall: 1,
    work: () => {
      n += 1;
      return work(`account-${n % ACCOUNTS}`, n);
    },
  };
}

function commandsOf(app: INestApplicationContext): Load {
  const commands = app.get(Commands);
  return load((account, n) => commands.run(new Pay(account, n)));
}

function appendsTo(store: EventStore): Load {
  return load((account, n) => append(store, account, n));
}

function append(store: EventStore, aggregateId: string, n: number): Promise<unknown> {
  const stream = { tenantId: PAYERS, aggregateType: 'account', aggregateId };
  return store.append(stream, [{ data: Paid.of(new Pay(aggregateId, n)) }], { key: randomUUID() });
}

async function jobsOfBullmq(store: EventStore, port: number, closing: Closing[]): Promise<Load> {
  const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
  const [queue, events] = [new Queue<Pay>('peer', { connection }), new QueueEvents('peer', { connection })];
  const options = { connection, concurrency: PEER_CONCURRENCY, removeOnComplete: { count: KEPT_JOBS } };
  const worker = new Worker<Pay>(
    'peer',
    async ({ data }) => void (await append(store, data.account, data.amount)),
    options,
  );
  // Each job that is waited for listens.
  for (const one of [queue, events]) one.setMaxListeners(0);
  closing.push(
    () => queue.close(),
    () => events.close(),
    () => worker.close(),
  );
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady(), worker.waitUntilReady()]);
  return load(async (account, n) => {
    const job = await queue.add('pay', new Pay(account, n));
    await job.waitUntilFinished(events, PEER_TIMEOUT_MS);
  });
}

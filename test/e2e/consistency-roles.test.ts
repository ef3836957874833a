import { type INestApplication, type INestApplicationContext, Logger, Module, type Type } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { NestFactory } from '@nestjs/core';
import { afterEach, describe, expect, it } from 'vitest';
import { clickhouse } from '../../lib/clickhouse.js';
import {
  type CommandReceipt,
  Commands,
  Consistency,
  type ConsistencyToken,
  consistencyToken,
  EventStore,
  GroupQueue,
  Projections,
} from '../../lib/index.js';
import { shardPrefix } from '../../lib/queue/redis/lane-keys.js';
import { redisQueue } from '../../lib/redis.js';
import { start, stream } from '../support/apps.js';
import { newDatabaseName, startTestClickHouse } from '../support/clickhouse-server.js';
import { Add, Added, Additions, acme, counterApp, Totals } from '../support/counter-app.js';
import { CountersController } from '../support/counters-http.js';
import { eventually } from '../support/eventually.js';
import { HttpClient } from '../support/http-client.js';
import { roleApp } from '../support/role-app.js';
import { RoleFleet } from '../support/role-fleet.js';
import { silentLogger } from '../support/silent-logger.js';

Logger.overrideLogger(silentLogger);

const LEASE_MS = 1_000;
/** Far longer than a test: whoever waits for its end fails. */
const LONG_MS = 60_000;
const long = { timeoutMs: LONG_MS };
const tenant = { tenantId: acme };
const BARRIERS = `${shardPrefix('es', 'default', 0)}barriers`;

const fleet = new RoleFleet(LEASE_MS);
let servers: INestApplication[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A web process with its controllers. */
async function webServer(): Promise<HttpClient> {
  @Module({ imports: [roleApp('web', fleet.settings) as Type], controllers: [CountersController] })
  class WebModule {}
  const app = await NestFactory.create(WebModule, { logger: false });
  servers.push(app);
  return HttpClient.to(app);
}

const sent = async (app: INestApplicationContext, command: Add): Promise<ConsistencyToken> =>
  consistencyToken(await app.get(CommandBus).execute<Add, CommandReceipt>(command));

describe('a write in one process and a read in another', () => {
  it('agree over HTTP, while a worker elsewhere handles and projects', async () => {
    await fleet.spawn('worker');
    const [one, other] = [await webServer(), await webServer()];
    for (let n = 1; n <= 30; n += 1) {
      const { token, body } = await one.post('/counters/c0', { amount: 1 });
      expect(body).toMatchObject({ status: 'queued' });
      expect(await other.get('/counters/c0/all', token)).toMatchObject({
        status: 200,
        consistency: 'applied',
        body: { total: n, additions: Array(n).fill(1) },
      });
      const appended = await other.post('/counters/c1/events', { amounts: [2, 3] });
      expect(await one.get('/counters/c1', appended.token)).toMatchObject({ body: { total: 5 * n } });
    }
  });

  it('tell of rejections and failures at once', async () => {
    await fleet.spawn('worker');
    const web = await fleet.boot('web');
    const consistency = web.get(Consistency);
    const rejected = await consistency.applied(await sent(web, Add.of('c0', -1)), Totals, long);
    expect(rejected).toMatchObject({ status: 'rejected', reason: 'NEGATIVE', details: { amount: -1 } });
    const failed = await consistency.applied(await sent(web, Add.of('c0', 0)), Totals, long);
    expect(failed).toMatchObject({ status: 'failed', kind: 'permanent' });
  });

  it('wait for a worker that comes late, and for one that died in between', async () => {
    const web = await fleet.boot('web');
    const consistency = web.get(Consistency);
    const queued = await sent(web, Add.of('c0', 1));
    const unknown = { status: 'timed-out', awaiting: 'outcome' };
    expect(await consistency.applied(queued, Totals, { timeoutMs: 50 })).toEqual(unknown);
    const waiting = consistency.applied(queued, Totals, long);
    const dying = await fleet.spawn('worker', { fatalAmount: 7 });
    expect(await waiting).toEqual({ status: 'applied', sequence: 1 });
    const fatal = consistency.applied(await sent(web, Add.of('c0', 7)), Totals, long);
    await dying.ended();
    await fleet.spawn('worker');
    expect(await fatal).toEqual({ status: 'applied', sequence: 2 });
    expect(await web.get(Projections).get(Totals, 'c0', tenant)).toMatchObject({ total: 8 });
  });

  it('let a command wait for a projection, in every role', async () => {
    await fleet.spawn('worker');
    const web = await fleet.boot('web');
    for (let n = 1; n <= 10; n += 1) {
      const receipt = await web.get(Commands).run(Add.of('c0', 1), { waitFor: Totals, timeoutMs: LONG_MS });
      expect(receipt).toMatchObject({ status: 'stored', lastSequence: n });
      expect(await web.get(Projections).get(Totals, 'c0', tenant)).toMatchObject({ events: n });
    }
  });

  it('heal what Redis lost between the append and the fold, long before a sweep', async () => {
    const web = await fleet.boot('web');
    const result = await web.get(EventStore).append(stream('c0'), [{ data: Added.of(4) }]);
    await fleet.redis.flush();
    const waiting = web.get(Consistency).applied(consistencyToken(result), Totals, long);
    await eventually(async () => expect(await web.get(GroupQueue).depth()).toMatchObject({ jobs: 1 }));
    await fleet.spawn('worker');
    expect(await waiting).toEqual({ status: 'applied', sequence: 1 });
  });

  it('are waited for a thousand times at once, by messages on one connection', async () => {
    const web = await fleet.boot('web');
    const consistency = web.get(Consistency);
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, n) => web.get(EventStore).append(stream(`c${n}`), [{ data: Added.of(n) }])),
    );
    const tokens = results.map(consistencyToken);
    const waiting = Array.from({ length: 1_000 }, (_, n) => consistency.applied(tokens[n % 50]!, Totals, long));
    await eventually(async () => expect(await fleet.redis.client.hlen(BARRIERS)).toBe(50));
    await eventually(async () => {
      const clients = (await fleet.redis.client.client('LIST')) as string;
      expect(clients.split('\n').filter((client) => /\bsub=[1-9]/.test(client))).toHaveLength(1);
    });
    await fleet.spawn('worker');
    expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(new Set(['applied']));
    await eventually(async () => expect(await fleet.redis.client.exists(BARRIERS)).toBe(0));
  });
});

it('agree on ClickHouse', async () => {
  const server = await startTestClickHouse();
  try {
    const { url, username, password } = server;
    const redis = { host: '127.0.0.1', port: fleet.redis.port };
    const database = newDatabaseName();
    const options = {
      eventStore: clickhouse({ url, username, password, database, redis }),
      queue: redisQueue({ connection: redis, leaseMs: LEASE_MS }),
    };
    await start(counterApp({ ...options, role: 'worker' }));
    const web = await start(counterApp({ ...options, role: 'web' }));
    const projections = web.get(Projections);
    for (let n = 1; n <= 10; n += 1) {
      const token = await sent(web, Add.of('c0', 1));
      const results = await Promise.all(
        [Totals, Additions].map((one) => web.get(Consistency).applied(token, one, long)),
      );
      for (const result of results) expect(result).toEqual({ status: 'applied', sequence: n });
      expect(await projections.get(Totals, 'c0', tenant)).toEqual({ total: n, events: n });
      expect(await projections.records(Additions, 'c0', tenant)).toHaveLength(n);
    }
  } finally {
    await server.stop();
  }
});

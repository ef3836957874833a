import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  EventStore,
  type FoldHandler,
  FoldProjection,
  GroupQueue,
  inProcessQueue,
  InvalidArgumentError,
  type Lane,
  LogMaintenance,
  PermanentError,
  Projections,
  type QueueAdapter,
  type RecordedEvent,
} from '../../lib/index.js';
import { redisQueue } from '../../lib/redis.js';
import { start } from '../support/apps.js';
import { acme } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { survivingMemory } from '../support/memories.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';
import { order, RevenueByCustomer, shopApp, Sold, visit, Visited } from '../support/shop-app.js';

const tenant = { tenantId: acme };
const note = { by: 'ann', reason: 'unlucky' };

/** Counts sales and visits by customer; it has no key for `poison`, and takes no amount of 13. */
@FoldProjection({
  name: 'activity',
  pipeline: 'all',
  events: [Sold, Visited],
  key: ({ data }) => {
    const customers = data instanceof Sold ? [data.customer] : data.customers;
    if (customers.includes('poison')) throw new Error('nobody');
    return customers;
  },
})
class Fragile implements FoldHandler<number> {
  init(): number {
    return 0;
  }

  apply(count: number, { data }: RecordedEvent): number {
    if (data instanceof Sold && data.amount === 13) throw new PermanentError('unlucky');
    return count + 1;
  }
}

const laneOf = (kind: 'route' | 'fold', aggregateType: string, id: string): Lane => ({
  tenantId: acme,
  kind,
  component: 'activity@1',
  aggregateType,
  id,
});

let redis: TestRedis;

beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());
beforeEach(() => redis.flush());

describe.each<[string, () => QueueAdapter]>([
  ['in process', () => inProcessQueue()],
  ['in Redis', () => redisQueue({ connection: { host: '127.0.0.1', port: redis.port } })],
])('a fold with keys that fails, %s', (_, queue) => {
  it('stops the route of that aggregate alone, until the event is skipped, for ever', async () => {
    const eventStore = survivingMemory();
    const options = { eventStore, queue: queue(), sweepIntervalMs: 100 };
    const first = await start(shopApp(options, { global: [Fragile] }));
    const log = first.get(EventStore);
    await log.append(order('o1'), [
      { data: Sold.to('ann', 1) },
      { data: Sold.to('poison', 1) },
      { data: Sold.to('ann', 2) },
    ]);
    await log.append(order('o2'), [{ data: Sold.to('ann', 3) }]);
    await log.append(visit('o1'), [{ data: Visited.by('ann') }]);
    const { control } = first.get(GroupQueue);
    const read = (id: string) => first.get(Projections).get(Fragile, id, tenant);
    await eventually(async () => {
      expect(await read('ann')).toBe(3);
      expect(await control.parkedLanes()).toMatchObject([{ lane: laneOf('route', 'order', 'o1'), attempts: 1 }]);
    });
    // The pipeline of the orders goes on.
    expect(await first.get(Projections).get(RevenueByCustomer, 'poison', tenant)).toMatchObject({ amount: 1 });
    expect(await first.get(Projections).get(RevenueByCustomer, 'ann', tenant)).toMatchObject({ amount: 6 });
    const [parked] = await control.parkedLanes({ pipeline: 'global_projections' });
    expect(parked!.failures[0]!.error).toMatch(
      /InvalidKeyError: The key of activity@1 threw \(Error: nobody\) for shop\.sold, event 2 of order\/o1\./,
    );
    expect(await control.skipJob(laneOf('route', 'order', 'o1'), note)).toBe(true);
    await eventually(async () => expect(await read('ann')).toBe(4));
    const skipped = await first.get(Projections).skipped(Fragile, 'o1', { ...tenant, aggregateType: 'order' });
    expect(skipped).toMatchObject([{ sequence: 2, ...note }]);
    expect(await first.get(Projections).skipped(Fragile, 'o1', { ...tenant, aggregateType: 'visit' })).toEqual([]);
    await first.close();

    const second = await start(shopApp({ ...options, queue: queue() }, { global: [Fragile] }));
    await second.get(EventStore).append(order('o1'), [{ data: Sold.to('ann', 5) }]);
    await eventually(async () => expect(await second.get(Projections).get(Fragile, 'ann', tenant)).toBe(5));
    expect(await second.get(GroupQueue).depth()).toMatchObject({ parkedLanes: 0 });
  });

  it('stops the row at whose event it fails, and no other one that the event counts for', async () => {
    const app = await start(
      shopApp({ queue: queue(), sweepIntervalMs: 100, eventStore: survivingMemory() }, { global: [Fragile] }),
    );
    const log = app.get(EventStore);
    await log.append(order('o1'), [
      { data: Sold.to('ann', 1) },
      { data: Sold.to('ann', 13) },
      { data: Sold.to('bob', 1) },
    ]);
    const { control } = app.get(GroupQueue);
    const read = (id: string) => app.get(Projections).get(Fragile, id, tenant);
    const lane = laneOf('fold', '$links:activity@1', 'ann');
    await eventually(async () => expect(await control.parkedLanes()).toMatchObject([{ lane }]));
    await log.append(visit('v1'), [{ data: Visited.by('ann', 'bob') }]);
    await eventually(async () => expect([await read('ann'), await read('bob')]).toEqual([1, 2]));
    expect(await control.skipJob(lane, note)).toBe(true);
    await eventually(async () => expect(await read('ann')).toBe(2));
    const [event] = await collectFrom(log, 2);
    expect(await app.get(Projections).skipped(Fragile, 'ann', tenant)).toMatchObject([{ eventId: event!.id, ...note }]);
  });

  it('is paused as a pipeline of its own, and goes on where it was', async () => {
    const app = await start(shopApp({ queue: queue(), eventStore: survivingMemory() }, { global: [Fragile] }));
    const { control } = app.get(GroupQueue);
    await control.pause({ pipeline: 'global_projections' }, note);
    await app.get(EventStore).append(order('o1'), [{ data: Sold.to('ann', 1) }]);
    await eventually(async () =>
      expect(await app.get(Projections).get(RevenueByCustomer, 'ann', tenant)).toMatchObject({ amount: 1 }),
    );
    expect(await app.get(Projections).get(Fragile, 'ann', tenant)).toBeNull();
    expect([...(await control.usageByPipeline())].map(([name, { jobs }]) => [name, jobs])).toContainEqual([
      'global_projections',
      1,
    ]);
    await control.resume({ pipeline: 'global_projections' }, note);
    await eventually(async () => expect(await app.get(Projections).get(Fragile, 'ann', tenant)).toBe(1));
  });
});

describe('what stands behind folds with keys', () => {
  it('is refused to users, left out of exports, made anew after an import, and goes with its tenant', async () => {
    const source = await start(shopApp({ eventStore: survivingMemory() }));
    const log = source.get(EventStore);
    await log.append(order('o1'), [{ data: Sold.to('ann', 3) }]);
    const projections = source.get(Projections);
    await eventually(async () => expect(await projections.get(RevenueByCustomer, 'ann', tenant)).not.toBeNull());
    const links = { ...order('ann'), aggregateType: '$links:revenue@1' };
    expect(await log.head(links)).toBe(1);
    await expect(log.append(links, [{ data: Sold.to('ann', 3) }])).rejects.toThrow(InvalidArgumentError);
    await expect(log.appendAll([{ stream: links, events: [{ data: Sold.to('ann', 3) }] }])).rejects.toThrow(
      /must not begin with \$/,
    );
    const maintenance = source.get(LogMaintenance);
    expect(await maintenance.verifyLog()).toMatchObject({ streams: 1, events: 1, problems: [] });
    expect(await maintenance.verifyLog({ aggregateType: links.aggregateType })).toMatchObject({
      events: 1,
      problems: [],
    });
    const lines: string[] = [];
    for await (const line of maintenance.exportLog()) lines.push(line);
    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toMatch(/links/);

    const target = survivingMemory();
    const importing = await start(shopApp({ eventStore: target }));
    expect(await importing.get(LogMaintenance).importLog(lines)).toMatchObject({ events: 1 });
    const foreign = lines.map((line) => line.replace('"order"', '"$links:revenue@1"'));
    await expect(importing.get(LogMaintenance).importLog(foreign)).rejects.toMatchObject({ code: 'IMPORT_REFUSED' });
    await importing.close();
    const imported = await start(shopApp({ eventStore: target }));
    await eventually(async () =>
      expect(await imported.get(Projections).get(RevenueByCustomer, 'ann', tenant)).toEqual({
        amount: 3,
        orders: ['o1'],
      }),
    );

    await maintenance.forgetTenant(acme);
    expect(await log.head(links)).toBe(0);
    expect(await projections.get(RevenueByCustomer, 'ann', tenant)).toBeNull();
    await log.append(order('o1'), [{ data: Sold.to('ann', 4) }]);
    await eventually(async () =>
      expect(await projections.get(RevenueByCustomer, 'ann', tenant)).toMatchObject({ amount: 4 }),
    );
  });
});

async function collectFrom(log: EventStore, sequence: number): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of log.read(order('o1'), { from: sequence, to: sequence })) events.push(event);
  return events;
}

import { describe, expect, it } from 'vitest';
import { EventStore, GroupQueue, Projections } from '../../lib/index.js';
import { start } from '../support/apps.js';
import { acme } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { redisQueue } from '../../lib/redis.js';
import { startTestRedis } from '../support/redis-server.js';
import { survivingMemory } from '../support/memories.js';
import {
  ActivityByCustomer,
  Greeted,
  order,
  RevenueByCustomer,
  shopApp,
  Sold,
  visit,
  Visited,
} from '../support/shop-app.js';

const tenant = { tenantId: acme };

describe('folds with keys', () => {
  it('count an event for the rows that its key names, over aggregates and pipelines', async () => {
    const app = await start(shopApp());
    const log = app.get(EventStore);
    await log.append(order('o1'), [{ data: Sold.to('ann', 3) }, { data: Sold.to('bob', 5) }]);
    await log.append(order('o2'), [{ data: Sold.to('ann', 4) }]);
    await log.append(visit('v1'), [{ data: Visited.by('ann', 'bob', 'ann') }, { data: Visited.by() }]);
    const projections = app.get(Projections);
    await eventually(async () => {
      expect(await projections.get(RevenueByCustomer, 'ann', tenant)).toEqual({ amount: 7, orders: ['o1', 'o2'] });
      expect(await projections.get(RevenueByCustomer, 'bob', tenant)).toEqual({ amount: 5, orders: ['o1'] });
      expect(await projections.get(ActivityByCustomer, 'ann', tenant)).toEqual({ sold: 7, visits: 1 });
      expect(await projections.get(ActivityByCustomer, 'bob', tenant)).toEqual({ sold: 5, visits: 1 });
    });
    await eventually(async () => expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, parkedLanes: 0 }));
    const [greeting] = app.get(Greeted).greetings;
    expect(greeting!.event.data).toBeInstanceOf(greeting!.event.type === 'shop.sold' ? Sold : Visited);
    expect(greeting!.context).toMatchObject({
      tenantId: acme,
      aggregateType: greeting!.event.aggregateType,
      aggregateId: greeting!.event.aggregateId,
      attempt: 1,
    });
    const seen = app.get(Greeted).greetings.map(({ event, context }) => `${event.type} ${context.foldId}`);
    expect(seen.toSorted()).toEqual([
      'shop.sold ann',
      'shop.sold ann',
      'shop.sold bob',
      'shop.visited ann',
      'shop.visited bob',
    ]);
  });

  it('catch up at a start with what was appended before they were there', async () => {
    const eventStore = survivingMemory();
    const first = await start(shopApp({ eventStore }, { sales: [], global: [] }));
    await first.get(EventStore).append(order('o1'), [{ data: Sold.to('ann', 3) }, { data: Sold.to('ann', 5) }]);
    await first.get(EventStore).append(visit('v1'), [{ data: Visited.by('ann') }]);
    await first.close();
    const second = await start(shopApp({ eventStore }));
    await eventually(async () => {
      const projections = second.get(Projections);
      expect(await projections.get(RevenueByCustomer, 'ann', tenant)).toEqual({ amount: 8, orders: ['o1', 'o1'] });
      expect(await projections.get(ActivityByCustomer, 'ann', tenant)).toEqual({ sold: 8, visits: 1 });
    });
    expect(second.get(Greeted).greetings).toEqual([]);
  });

  it('give reactors the state of the row, and an event that the queue does not carry', async () => {
    const redis = await startTestRedis();
    const queue = redisQueue({ connection: { host: '127.0.0.1', port: redis.port }, maxInlineBytes: 1 });
    const app = await start(shopApp({ eventStore: survivingMemory(), queue }));
    await app.get(EventStore).append(order('o1'), [{ data: Sold.to('ann', 3) }]);
    await app.get(EventStore).append(visit('v1'), [{ data: Visited.by('ann') }]);
    await eventually(async () => {
      const greetings = app.get(Greeted).greetings.map(({ event, context: { foldId, state, foldSequence } }) => {
        return { id: event.aggregateId, foldId, state, foldSequence };
      });
      expect(greetings).toHaveLength(2);
      expect(greetings).toContainEqual({
        id: greetings[1]!.id,
        foldId: 'ann',
        state: { sold: 3, visits: 1 },
        foldSequence: 2,
      });
    });
    await app.close();
    await redis.stop();
  });
});

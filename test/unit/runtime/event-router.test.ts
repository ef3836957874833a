import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../../lib/events/stored-event.js';
import type { EventRoute } from '../../../lib/queue/event-route.js';
import { EventRouter } from '../../../lib/runtime/event-router.js';
import { FedComponents } from '../../../lib/runtime/fed-components.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';

const tenantId = createTenantId('acme');

function event(sequence: number, type: string, aggregateId = 'a'): StoredEvent {
  return {
    id: `e${sequence}`,
    tenantId,
    aggregateType: 't',
    aggregateId,
    sequence,
    type,
    version: 1,
    payload: '{}',
    tags: [],
    metadata: {},
    occurredAt: 0,
    recordedAt: 0,
  } as unknown as StoredEvent;
}

const FOLD: EventRoute = { kind: 'fold', component: 'fold@1', aggregateTypes: ['t'], types: ['x'] };
const MAP: EventRoute = { kind: 'map', component: 'map@2', aggregateTypes: ['t'], types: ['x', 'y'], lanes: 16 };

function router(live: readonly EventRoute[] = []): EventRouter {
  return new EventRouter({ current: new FedComponents([FOLD, MAP], live) });
}

const route = (stored: readonly StoredEvent[], repeated = false) => router().route({ stored, repeated });

describe('EventRouter', () => {
  it('gives each component the whole range of an append with its own events inline', () => {
    const [x, y] = [event(4, 'x'), event(5, 'y')];
    expect(route([x, y])).toMatchObject([
      { lane: { kind: 'fold', component: 'fold@1', id: 'a' }, job: { from: 4, to: 5, events: [x] } },
      { lane: { kind: 'map', component: 'map@2' }, job: { from: 4, to: 5, events: [x, y] } },
    ]);
  });

  it('lets a fold look at its row first when an append is a repeat', () => {
    const [x, y] = [event(4, 'x'), event(5, 'y')];
    expect(route([x, y], true)).toMatchObject([
      { lane: { kind: 'fold' }, job: { from: 4, to: 5, events: null } },
      { lane: { kind: 'map' }, job: { from: 4, to: 5, events: [x, y] } },
    ]);
  });

  it('passes over components that list none of the events, and aggregates of no pipeline', () => {
    expect(route([event(1, 'y')])).toMatchObject([{ lane: { kind: 'map' } }]);
    expect(route([event(1, 'z')])).toEqual([]);
    expect(route([{ ...event(1, 'x'), aggregateType: 'other' }])).toEqual([]);
    expect(route([])).toEqual([]);
  });

  it('spreads the aggregates of a map over several lanes, one aggregate always in the same', () => {
    const laneOf = (id: string): string => route([event(1, 'y', id)])[0]!.lane.id;
    const lanes = new Set(Array.from({ length: 200 }, (_, index) => laneOf(`aggregate-${index}`)));
    expect(lanes.size).toBeGreaterThan(8);
    expect(laneOf('aggregate-7')).toBe(laneOf('aggregate-7'));
  });

  it('feeds components of other processes as these say: their events, and their lanes', () => {
    const other: EventRoute = { ...FOLD, component: 'fold@2', aggregateTypes: ['u', 't'], types: ['z', 'x'] };
    const spread: EventRoute = { ...MAP, component: 'map@3', types: ['z'], lanes: 1 };
    const [x, z] = [event(4, 'x'), event(5, 'z')];
    expect(router([other, spread]).route({ stored: [x, z], repeated: false })).toMatchObject([
      { lane: { component: 'fold@1' }, job: { from: 4, to: 5, events: [x] } },
      { lane: { component: 'map@2' }, job: { from: 4, to: 5, events: [x] } },
      {
        lane: { kind: 'fold', component: 'fold@2', aggregateType: 't', id: 'a' },
        job: { from: 4, to: 5, events: [x, z] },
      },
      { lane: { kind: 'map', component: 'map@3', aggregateType: 't', id: '0' }, job: { from: 4, to: 5, events: [z] } },
    ]);
    const elsewhere = router([other, spread]).route({ stored: [{ ...x, aggregateType: 'u' }], repeated: false });
    expect(elsewhere).toMatchObject([{ lane: { component: 'fold@2', aggregateType: 'u' } }]);
  });

  it('feeds its own components as it knows them itself, whatever others say', () => {
    const stored = [event(1, 'z')];
    expect(router([{ ...FOLD, types: ['x', 'z'] }]).route({ stored, repeated: false })).toEqual([]);
  });

  it('of a range leaves out the components that were fed with all of their events before', () => {
    const range = { stream: { tenantId, aggregateType: 't', aggregateId: 'a' }, from: 2, to: 7 };
    const other: EventRoute = { ...FOLD, component: 'fold@2' };
    const before = new FedComponents([FOLD], [{ ...other, types: [] }]);
    const jobs = router([other]).routeRange(range, new FedComponents([FOLD, MAP], [other]), before);
    expect(jobs).toMatchObject([
      { lane: { component: 'map@2' }, job: { from: 2, to: 7, events: null } },
      { lane: { component: 'fold@2' }, job: { from: 2, to: 7, events: null } },
    ]);
    expect(router([other]).routeRange(range)).toHaveLength(3);
  });
});

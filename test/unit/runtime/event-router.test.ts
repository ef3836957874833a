import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../../lib/events/stored-event.js';
import type { PipelineDefinition } from '../../../lib/pipeline/pipeline-definition.js';
import { PipelineRegistry } from '../../../lib/pipeline/pipeline-registry.js';
import { EventRouter } from '../../../lib/runtime/event-router.js';
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

function router(): EventRouter {
  const fold = { kind: 'fold', component: 'fold@1', aggregateType: 't', types: new Set(['x']), methods: new Map() };
  const map = { kind: 'map', component: 'map@2', aggregateType: 't', types: new Set(['x', 'y']) };
  const registry = new PipelineRegistry([
    {
      name: 'p',
      aggregateType: 't',
      events: [],
      commands: [],
      reactors: [],
      folds: [fold],
      maps: [map],
    } as unknown as PipelineDefinition,
  ]);
  return new EventRouter(registry);
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
});

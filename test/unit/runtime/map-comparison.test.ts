import { describe, expect, it } from 'vitest';
import type { StreamHead } from '../../../lib/event-store/stream-head.js';
import type { MapDefinition } from '../../../lib/projections/map-definition.js';
import type { RecordCount } from '../../../lib/projections/stores/record-store.js';
import { MapComparison } from '../../../lib/runtime/comparisons/map-comparison.js';
import { EventRouter } from '../../../lib/runtime/event-router.js';
import { FedComponents } from '../../../lib/runtime/fed-components.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { collect } from '../../support/collect.js';

const tenantId = createTenantId('acme');
const map = { kind: 'map', component: 'm@1', name: 'm', version: 1, aggregateType: 't', types: new Set(['x']) };

async function* iterate<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items;
}

const head = (sequence: number, more: Partial<StreamHead> = {}): StreamHead => {
  return { tenantId, aggregateId: 'a', sequence, count: sequence, ...more };
};
const rows = (count: number, lastSequence: number): RecordCount => ({
  tenantId,
  aggregateId: 'a',
  count,
  lastSequence,
});

async function lack(heads: readonly StreamHead[], counts: readonly RecordCount[]): Promise<readonly unknown[]> {
  const router = new EventRouter({ current: new FedComponents([], []) });
  const stores = [{ heads: () => iterate(heads) }, { counts: () => iterate(counts) }] as const;
  const jobs = await collect(new MapComparison(map as unknown as MapDefinition, ...stores, router).lack());
  return jobs.map(({ lane, job }) => [lane.id, job]);
}

describe('MapComparison', () => {
  const all = [['a', { kind: 'map', aggregateId: 'a', from: 1, to: 3, events: null }]];

  it('finds what has fewer rows than events, and nothing where each has its row', async () => {
    expect(await lack([head(3)], [])).toEqual(all);
    expect(await lack([head(3)], [rows(2, 3)])).toEqual(all);
    expect(await lack([head(3)], [rows(3, 3)])).toEqual([]);
  });

  it('does not take the row of a later event for that of a missing one', async () => {
    // The second of three lacks, and the fourth came after the heads were read.
    expect(await lack([head(3)], [rows(3, 4)])).toEqual(all);
  });

  it('maps anew what is left of a stream that retention has emptied', async () => {
    expect(await lack([head(3, { emptiedHead: 2, count: 1 })], [rows(3, 3)])).toEqual(all);
  });
});

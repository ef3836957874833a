import { describe, expect, it } from 'vitest';
import { FoldCache } from '../../../lib/projections/fold-cache.js';
import type { FoldState } from '../../../lib/projections/fold-state.js';
import type { ProjectionKey } from '../../../lib/projections/stores/projection-row.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { ManualClock } from '../../support/manual-clock.js';

const keyOf = (id: string, tenant = 'acme', version = 1): ProjectionKey => ({
  tenantId: createTenantId(tenant),
  projection: 'p',
  version,
  id,
});
const stateOf = (sequence: number, bytes = 2): FoldState => ({ sequence, updatedAt: 0, json: 'x'.repeat(bytes) });

describe('FoldCache', () => {
  it('keeps the state that was put last, of each version of a fold', () => {
    const cache = new FoldCache(10_000, new ManualClock());
    cache.put(keyOf('a'), stateOf(1));
    cache.put(keyOf('a', 'acme', 2), stateOf(7));
    cache.put(keyOf('a'), stateOf(2));
    expect(cache.get(keyOf('a'))).toEqual(stateOf(2));
    expect(cache.get(keyOf('a', 'acme', 2))).toEqual(stateOf(7));
    expect(cache.get(keyOf('a', 'acme', 3))).toBeUndefined();
    cache.delete(keyOf('a'));
    expect(cache.get(keyOf('a'))).toBeUndefined();
  });

  it('lets the least recently used go beyond its bound, and never exceeds it, whatever is put and removed', () => {
    // Key and overhead take about 270 bytes each: room for three.
    const cache = new FoldCache(4_000, new ManualClock());
    for (const id of ['a', 'b', 'c']) cache.put(keyOf(id), stateOf(1, 1_000));
    cache.get(keyOf('a'));
    cache.put(keyOf('d'), stateOf(1, 1_000));
    expect(['a', 'b', 'c', 'd'].filter((id) => cache.get(keyOf(id)))).toEqual(['a', 'c', 'd']);
    for (let round = 0; round < 10; round += 1) cache.put(keyOf('a'), stateOf(round, 1_000));
    cache.delete(keyOf('none'));
    expect(['a', 'c', 'd'].filter((id) => cache.get(keyOf(id)))).toEqual(['a', 'c', 'd']);
    cache.put(keyOf('c'), stateOf(2, 5_000));
    expect(['a', 'c', 'd'].filter((id) => cache.get(keyOf(id)))).toEqual(['a', 'd']);
  });

  it('gives nothing that is a minute old, and has room again for it', () => {
    const clock = new ManualClock();
    const cache = new FoldCache(1_000, clock);
    cache.put(keyOf('a'), stateOf(1, 600));
    clock.time += 59_999;
    expect(cache.get(keyOf('a'))).toBeDefined();
    clock.time += 1;
    expect(cache.get(keyOf('a'))).toBeUndefined();
    cache.put(keyOf('b'), stateOf(1, 600));
    expect(cache.get(keyOf('b'))).toBeDefined();
  });

  it('forgets all of one tenant', () => {
    const cache = new FoldCache(10_000, new ManualClock());
    for (const tenant of ['acme', 'globex']) for (const id of ['a', 'b']) cache.put(keyOf(id, tenant), stateOf(1));
    cache.forget(createTenantId('acme'));
    expect([keyOf('a'), keyOf('b')].map((key) => cache.get(key))).toEqual([undefined, undefined]);
    expect(cache.get(keyOf('a', 'globex'))).toBeDefined();
  });

  it('keeps nothing when its bound is 0', () => {
    const cache = new FoldCache(0, new ManualClock());
    cache.put(keyOf('a'), stateOf(1, 0));
    expect(cache.get(keyOf('a'))).toBeUndefined();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamHead } from '../../../lib/event-store/stream-head.js';
import { behind, type Progress } from '../../../lib/runtime/behind.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { collect } from '../../support/collect.js';

async function* iterate<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items;
}

const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

// Characters whose order differs between UTF-16 code units and UTF-8 bytes are among them.
const anId = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\uffff', '😀'), minLength: 1, maxLength: 3 });
const aMap = fc.dictionary(
  fc.tuple(anId, anId).map((pair) => pair.join('/')),
  fc.integer({ min: 1, max: 4 }),
  { maxKeys: 12 },
);

const parse = (key: string): { tenantId: StreamHead['tenantId']; id: string } => {
  const [tenant, id] = key.split('/') as [string, string];
  return { tenantId: createTenantId(tenant), id };
};

const sorted = (rows: Record<string, number>): Progress[] =>
  Object.entries(rows)
    .map(([key, value]) => ({ ...parse(key), value }))
    .toSorted((one, other) => byBytes(one.tenantId, other.tenantId) || byBytes(one.id, other.id));

describe('behind', () => {
  it('finds exactly the heads that are ahead of the progress, in any mixture of streams', async () => {
    await fc.assert(
      fc.asyncProperty(aMap, aMap, async (heads, progress) => {
        const rows = sorted(heads).map(({ tenantId, id, value }) => ({
          tenantId,
          aggregateId: id,
          sequence: value,
          count: value,
        }));
        const found = await collect(behind(iterate(rows), iterate(sorted(progress))));
        const actual = found.map(({ head, value }) => [`${head.tenantId}/${head.aggregateId}`, value]);
        const expected = Object.entries(heads)
          .filter(([key, value]) => (Object.hasOwn(progress, key) ? progress[key]! : 0) < value)
          .map(([key]) => [key, Object.hasOwn(progress, key) ? progress[key] : 0]);
        expect(Object.fromEntries(actual)).toEqual(Object.fromEntries(expected));
      }),
    );
  });

  it('ends the walk over the progress when it stops early', async () => {
    let ended = false;
    async function* progress(): AsyncIterable<Progress> {
      try {
        yield { tenantId: createTenantId('z'), id: 'z', value: 1 };
        yield { tenantId: createTenantId('z'), id: 'zz', value: 1 };
      } finally {
        ended = true;
      }
    }
    const head = { tenantId: createTenantId('a'), aggregateId: 'a', sequence: 1, count: 1 };
    for await (const _ of behind(iterate([head, head]), progress())) break;
    expect(ended).toBe(true);
  });
});

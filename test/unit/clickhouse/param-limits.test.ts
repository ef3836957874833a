import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkParams, chunkForParams, MAX_PARAM_BYTES } from '../../../lib/clickhouse/param-limits.js';

describe('chunkForParams', () => {
  it('loses nothing, keeps the order, and every part fits', () => {
    const text = fc.string({ maxLength: 40_000, unit: fc.constantFrom('a', "'", '\\', '\n', 'ä', '😀') });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, text), { maxLength: 20 }),
        fc.integer({ min: 1, max: 5 }),
        (items, maxItems) => {
          const chunks = [...chunkForParams(items, (item) => item, maxItems)];
          expect(chunks.flat()).toEqual(items);
          for (const chunk of chunks) {
            expect(chunk.length).toBeGreaterThan(0);
            expect(chunk.length).toBeLessThanOrEqual(maxItems);
            // A single item may be too large by itself; then only the server or the caller can help.
            if (chunk.length > 1) checkParams({ a: chunk.map(([a]) => a), b: chunk.map(([, b]) => b) });
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('makes no more parts than needed', () => {
    const half = 'x'.repeat(MAX_PARAM_BYTES / 2 - 4);
    expect([...chunkForParams([half, half, half], (item) => [item])]).toHaveLength(2);
    expect([...chunkForParams([], () => [])]).toEqual([]);
  });
});

import { expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../lib/event-store/store-unavailable.error.js';
import { RowWriter } from '../../../lib/projections/stores/row-writer.js';

class Refusal extends Error {}

function setUp(fail: (rows: readonly string[]) => Error | undefined) {
  const written: (readonly string[])[] = [];
  const writer = new RowWriter<string>({
    what: 'rows',
    textOf: (row) => row,
    merge: (rows) => rows,
    write: async (rows) => {
      const error = fail(rows);
      if (error) throw error;
      written.push(rows);
    },
    isRefusal: (error) => error instanceof Refusal,
  });
  return { writer, written };
}

it('fails nobody for the rows of another when the database refuses some', async () => {
  const { writer, written } = setUp((rows) => (rows.includes('bad') ? new Refusal('bad') : undefined));
  const results = await Promise.allSettled(['a', 'b', 'bad', 'c', 'd'].map((row) => writer.write([row])));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(written.flat()).toEqual(['a', 'b', 'c', 'd']);
});

it('fails all together when the database is away, with one statement', async () => {
  let statements = 0;
  const { writer } = setUp(() => {
    statements += 1;
    return new StoreUnavailableError('away');
  });
  const results = await Promise.allSettled(['a', 'b', 'c'].map((row) => writer.write([row])));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(statements).toBe(1);
});

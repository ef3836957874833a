import { expect, test } from 'vitest';
import { LocalUndispatched } from '../../../lib/event-store/clickhouse/local-undispatched.js';
import { streamKey, streamOfKey } from '../../../lib/event-store/clickhouse/stream-key.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';

const stream = (aggregateId: string) => ({ tenantId: createTenantId('t'), aggregateType: 'basket', aggregateId });
const ALL = { olderThanMs: 0, limit: 10 };

test('lists what was noted and not struck, oldest first', async () => {
  let now = 1_000;
  const list = new LocalUndispatched(() => now);
  list.note(stream('a'), 1, 2);
  now = 2_000;
  list.note(stream('b'), 1, 1);
  list.note(stream('a'), 3, 3);
  expect(await list.list(ALL)).toEqual([
    { stream: stream('a'), from: 1, sequence: 3, since: new Date(1_000) },
    { stream: stream('b'), from: 1, sequence: 1, since: new Date(2_000) },
  ]);
  expect(await list.list({ olderThanMs: 500, limit: 10 })).toHaveLength(1);
  expect(await list.list({ olderThanMs: 0, limit: 1 })).toHaveLength(1);
  now = 3_000;
  await list.strike([{ stream: stream('a'), sequence: 2 }]);
  expect(await list.list(ALL)).toEqual([
    { stream: stream('b'), from: 1, sequence: 1, since: new Date(2_000) },
    { stream: stream('a'), from: 3, sequence: 3, since: new Date(3_000) },
  ]);
});

test('a strike that leaves a gap before it takes nothing off', async () => {
  const list = new LocalUndispatched();
  list.note(stream('a'), 5, 5);
  list.note(stream('a'), 6, 6);
  await list.strike([{ stream: stream('a'), from: 6, sequence: 6 }]);
  expect(await list.list(ALL)).toMatchObject([{ from: 5, sequence: 6 }]);
  await list.strike([{ stream: stream('a'), from: 5, sequence: 5 }]);
  expect(await list.list(ALL)).toMatchObject([{ from: 6, sequence: 6 }]);
  await list.strike([{ stream: stream('a'), from: 6, sequence: 6 }]);
  expect(await list.list(ALL)).toEqual([]);
});

test('what was not stored is cut off', async () => {
  const list = new LocalUndispatched();
  list.note(stream('a'), 3, 5);
  list.cut(stream('a'), 4);
  expect(await list.list(ALL)).toMatchObject([{ from: 3, sequence: 4 }]);
  list.cut(stream('a'), 2);
  expect(await list.list(ALL)).toEqual([]);
});

test('is bounded, and forgets the oldest', async () => {
  const list = new LocalUndispatched(Date.now, 2);
  for (const id of ['a', 'b', 'c']) list.note(stream(id), 1, 1);
  expect((await list.list(ALL)).map((one) => one.stream.aggregateId)).toEqual(['b', 'c']);
});

test('the key of a stream gives the stream back', () => {
  const awkward = stream('ä:{x}*% \u0000😀');
  expect(streamOfKey(streamKey(awkward))).toEqual(awkward);
});

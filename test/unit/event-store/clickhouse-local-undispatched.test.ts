import { expect, test } from 'vitest';
import { LocalUndispatched } from '../../../lib/event-store/clickhouse/local-undispatched.js';
import { streamKey, streamOfKey } from '../../../lib/event-store/clickhouse/stream-key.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';

const ALL = { olderThanMs: 0, limit: 10 };

function stream(aggregateId: string, tenant = 't') {
  return { tenantId: createTenantId(tenant), aggregateType: 'basket', aggregateId };
}

test('what was not stored is cut off', async () => {
  const list = new LocalUndispatched(() => 0);
  list.note(stream('a'), 3, 5);
  list.cut(stream('a'), 4);
  expect(await list.find(ALL)).toMatchObject([{ from: 3, to: 4 }]);
  list.cut(stream('a'), 2);
  expect(await list.find(ALL)).toEqual([]);
});

test('a tenant is forgotten, and no other', async () => {
  const list = new LocalUndispatched(() => 0);
  for (const tenant of ['t', 'tt', 'u']) list.note(stream('a', tenant), 1, 1);
  await list.forget(createTenantId('t'));
  expect((await list.find(ALL)).map((one) => one.stream.tenantId)).toEqual(['tt', 'u']);
});

test('the key of a stream gives the stream back', () => {
  const awkward = stream('ä:{x}*% \u0000😀');
  expect(streamOfKey(streamKey(awkward))).toEqual(awkward);
});

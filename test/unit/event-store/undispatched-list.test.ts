import { expect, it } from 'vitest';
import { UndispatchedList } from '../../../lib/event-store/undispatched-list.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';

const ALL = { olderThanMs: 0, limit: 10 };
const stream = (aggregateId: string) => ({ tenantId: createTenantId('acme'), aggregateType: 't', aggregateId });

it('gives what has waited long enough, by the time of the first append', () => {
  const list = new UndispatchedList();
  list.note(stream('a'), 1, 1, 1_000);
  list.note(stream('b'), 1, 2, 2_000);
  list.note(stream('a'), 2, 3, 3_000);
  expect(list.find({ olderThanMs: 500, limit: 10 }, 1_500)).toEqual([
    { stream: stream('a'), from: 1, to: 3, since: new Date(1_000) },
  ]);
  expect(list.find({ olderThanMs: 501, limit: 10 }, 1_500)).toEqual([]);
  expect(list.find({ olderThanMs: 0, limit: 1 }, 9_000)).toHaveLength(1);
});

it('forgets who waits longest when there are too many', () => {
  const list = new UndispatchedList(2);
  for (const [n, id] of ['a', 'b', 'c'].entries()) list.note(stream(id), 1, 1, n);
  expect(list.find(ALL, 10).map((one) => one.stream.aggregateId)).toEqual(['b', 'c']);
});

it('has another life whenever something was forgotten', () => {
  const [list, other] = [new UndispatchedList(1), new UndispatchedList(1)];
  const before = list.life;
  expect(other.life).not.toBe(before);
  list.note(stream('a'), 1, 1, 0);
  list.note(stream('a'), 2, 2, 0);
  list.strike({ stream: stream('a'), from: 1, to: 2 });
  list.note(stream('b'), 1, 1, 0);
  expect(list.life).toBe(before);
  list.note(stream('c'), 1, 1, 0);
  expect(list.life).not.toBe(before);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventId } from '../../../lib/events/event-id.js';
import type { AppendResult } from '../../../lib/event-store/append-result.js';
import type { ExpectedSequence } from '../../../lib/event-store/append-options.js';
import { confirm, judge, type Answer, type Taken } from '../../../lib/event-store/clickhouse/append-batch.js';
import type { Lane, WaitingAppend } from '../../../lib/event-store/clickhouse/lane.js';
import type { StreamState } from '../../../lib/event-store/clickhouse/stream-state.js';
import type { EventDraft } from '../../../lib/event-store/prepare-append.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';

const stream = { tenantId: createTenantId('t'), aggregateType: 'basket', aggregateId: 'one' };

interface Call {
  readonly events?: number;
  readonly key?: string;
  readonly expectedSequence?: ExpectedSequence;
}

function waiting({ events = 1, key, expectedSequence = 'any' }: Call): WaitingAppend {
  const draft: EventDraft = {
    ...stream,
    id: 'id' as EventId,
    type: 'type',
    version: 1,
    payload: '{}',
    tags: [],
    metadata: {},
    occurredAt: 5,
  };
  const drafts = Array.from({ length: events }, (_, index) => ({ ...draft, id: `${index}` as EventId }));
  const append = { stream, drafts, key, expectedSequence, bytes: 0 };
  return { kind: 'append', stream, since: 0, append, resolve: (_: AppendResult) => undefined, reject: () => undefined };
}

function taken(calls: readonly Call[], state: Partial<StreamState> = {}): Taken {
  const full = { head: 0, recordedAt: 0, keys: new Map(), complete: true, ...state };
  const lane: Lane = { key: 'lane', stream, phase: 'flying', state: full, waiting: [], events: 0, bytes: 0 };
  return { lane, items: calls.map(waiting) };
}

function sequencesOf(one: Taken, now = 100): number[][] {
  return judge(one, now).writes.map(({ stored }) => stored.map(({ sequence }) => sequence));
}

function answersOf(one: Taken): Answer[] {
  return [...judge(one, 100).answers];
}

test('sequences follow the head and each other', () => {
  expect(sequencesOf(taken([{ events: 2 }, {}, { events: 3 }], { head: 4 }))).toEqual([[5, 6], [7], [8, 9, 10]]);
});

test('an expectation is compared with what the appends before it in the batch leave', () => {
  const one = taken([{ expectedSequence: 0 }, { expectedSequence: 0 }, { expectedSequence: 1 }]);
  expect(sequencesOf(one)).toEqual([[1], [2]]);
  expect(answersOf(one)).toMatchObject([{ kind: 'conflict', actual: 1, onWrite: true }]);
});

test('a conflict with the log itself depends on nothing', () => {
  const answers = answersOf(taken([{ expectedSequence: 'no-stream' }, { expectedSequence: 9 }], { head: 3 }));
  expect(answers).toMatchObject([
    { kind: 'conflict', actual: 3, onWrite: false },
    { kind: 'conflict', actual: 3, onWrite: false },
  ]);
});

test('a known key is answered whatever it expects, and takes no sequence', () => {
  const one = taken([{ key: 'k', expectedSequence: 99 }, {}], {
    head: 7,
    keys: new Map([['k', { first: 2, last: 3 }]]),
  });
  expect(sequencesOf(one)).toEqual([[8]]);
  expect(answersOf(one)).toMatchObject([{ kind: 'repeated', key: 'k' }]);
});

test('a key that was found in the log counts as known', () => {
  const one = {
    ...taken([{ key: 'k' }], { head: 7, complete: false }),
    found: new Map([['k', { first: 1, last: 1 }]]),
  };
  expect(sequencesOf(one)).toEqual([]);
  expect(answersOf(one)).toMatchObject([{ kind: 'repeated', key: 'k' }]);
});

test('a key is taken by the first append of the batch that may be stored', () => {
  const one = taken([
    { key: 'k', expectedSequence: 5 },
    { key: 'k', events: 2 },
    { key: 'k', expectedSequence: 9 },
  ]);
  expect(sequencesOf(one)).toEqual([[1, 2]]);
  const [conflict, repeat] = answersOf(one);
  expect(conflict).toMatchObject({ kind: 'conflict', onWrite: false });
  expect(repeat).toMatchObject({ kind: 'repeats-write', write: { stored: [{ sequence: 1 }, { sequence: 2 }] } });
});

test('judging changes nothing, confirming makes it true', () => {
  const one = taken([{ key: 'a', events: 2 }, { key: 'b' }], { head: 1, recordedAt: 50 });
  const verdict = judge(one, 100);
  expect(one.lane.state).toMatchObject({ head: 1, recordedAt: 50, keys: new Map() });
  confirm(verdict, 10);
  const keys = new Map([
    ['a', { first: 2, last: 3 }],
    ['b', { first: 4, last: 4 }],
  ]);
  expect(one.lane.state).toMatchObject({ head: 4, recordedAt: 100, keys, complete: true });
});

test('beyond its bound a stream forgets its oldest keys, and says so', () => {
  const one = taken([{ key: 'a' }, { key: 'b' }, { key: 'c' }]);
  confirm(judge(one, 100), 2);
  expect([...one.lane.state!.keys.keys()]).toEqual(['b', 'c']);
  expect(one.lane.state!.complete).toBe(false);
});

test('times never fall within a stream', () => {
  const [write] = judge(taken([{}], { head: 1, recordedAt: 500 }), 100).writes;
  expect(write!.stored[0]!.recordedAt).toBe(500);
});

test('any mix of appends, cut into any batches, gives the same result as one after the other', () => {
  const call = fc.record(
    {
      events: fc.integer({ min: 1, max: 3 }),
      key: fc.constantFrom('a', 'b', 'c'),
      expectedSequence: fc.oneof(
        fc.integer({ min: 0, max: 8 }),
        fc.constantFrom('any' as const, 'no-stream' as const, 'stream-exists' as const),
      ),
    },
    { requiredKeys: [] },
  );
  /** What each call gets: the first sequence that was written for it or its key, or the head that refused it. */
  const run = (calls: readonly Call[], sizes: readonly number[]): unknown[] => {
    const { lane } = taken([]);
    const results = new Map<WaitingAppend, unknown>();
    const items = calls.map(waiting);
    for (let from = 0, turn = 0; from < items.length; turn++) {
      const size = sizes[turn % sizes.length]!;
      const verdict = judge({ lane, items: items.slice(from, from + size) }, 100);
      for (const { item, stored } of verdict.writes) results.set(item, stored[0]!.sequence);
      for (const answer of verdict.answers) {
        if (answer.kind === 'repeated') results.set(answer.item, lane.state!.keys.get(answer.key)!.first);
        if (answer.kind === 'repeats-write') results.set(answer.item, answer.write.stored[0]!.sequence);
        if (answer.kind === 'conflict') results.set(answer.item, `conflict at ${answer.actual}`);
      }
      confirm(verdict, 100);
      from += size;
    }
    return items.map((item) => results.get(item));
  };
  fc.assert(
    fc.property(
      fc.array(call, { maxLength: 15 }),
      fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 5 }),
      (calls, sizes) => {
        const results = run(calls, sizes);
        expect(results).not.toContain(undefined);
        expect(results).toEqual(run(calls, [1]));
      },
    ),
  );
});

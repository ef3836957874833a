import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkEventQuery } from '../../../lib/event-store/check-event-query.js';
import type { EventCriteria, EventQuery } from '../../../lib/event-store/event-query.js';
import { matchesQuery } from '../../../lib/event-store/matches-query.js';
import { BUCKETS, lockKeys } from '../../../lib/event-store/postgres/lock-keys.js';
import type { PreparedAppendAll } from '../../../lib/event-store/prepare-append-all.js';
import type { EventDraft } from '../../../lib/event-store/prepare-append.js';
import type { StoredEvent } from '../../../lib/events/stored-event.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';

const tenantId = createTenantId('acme');

interface Draft {
  readonly aggregateId?: string;
  readonly type?: string;
  readonly tags?: readonly string[];
  readonly payload?: unknown;
}

function draft({ aggregateId = 'one', type = 't', tags = [], payload = {} }: Draft): EventDraft {
  const stream = { tenantId, aggregateType: 'basket', aggregateId };
  return { ...stream, type, tags, payload: JSON.stringify(payload), version: 1 } as unknown as EventDraft;
}

function append(drafts: readonly EventDraft[], query?: EventQuery): PreparedAppendAll {
  const parts = drafts.map((one) => ({ stream: one, drafts: [one], expectedSequence: 'any' as const, bytes: 0 }));
  const condition = query && { query: checkEventQuery('query', query), given: { query } };
  return { parts, condition };
}

/** What the locks are on, and which of them are exclusive. */
function locksOf(given: PreparedAppendAll): { readonly all: Set<number>; readonly exclusive: Set<number> } {
  const { locks } = lockKeys('schema', given);
  const target = (lock: number): number => (lock >= BUCKETS ? lock - BUCKETS : lock);
  return {
    all: new Set(locks.map(target)),
    exclusive: new Set(locks.filter((lock) => lock < 0 || lock >= BUCKETS).map(target)),
  };
}

const scalar = fc.constantFrom(null, true, 0, 1, 1.5, 'a', 'bb', '\ud800', '\ufffd');
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', '\ud801', '\ufffd'), tie('value'), { maxKeys: 2 }),
  ),
})).value;
const object = fc.dictionary(fc.constantFrom('a', 'b'), json, { maxKeys: 2 });
const event = fc.record({
  aggregateId: fc.constantFrom('one', 'two'),
  type: fc.constantFrom('t', 'u'),
  tags: fc.subarray(['x', 'y']),
  payload: object,
});
const criteria = fc.record(
  {
    types: fc.subarray(['t', 'u', 'v']),
    tags: fc.subarray(['x', 'y']),
    payload: object as fc.Arbitrary<NonNullable<EventCriteria['payload']>>,
    aggregateType: fc.constant('basket'),
    aggregateId: fc.constantFrom('one', 'two'),
  },
  { requiredKeys: [] },
);

describe('the locks of an append', () => {
  it('meet those of every append whose events its condition can match', () => {
    let matched = 0;
    fc.assert(
      fc.property(event, fc.array(criteria, { minLength: 1, maxLength: 3 }), (given, query) => {
        const written = draft(given);
        if (!matchesQuery(checkEventQuery('query', query), written as StoredEvent)) return;
        matched += 1;
        const writer = locksOf(append([written]));
        const { exclusive } = locksOf(append([draft({ aggregateId: 'elsewhere', type: 'w' })], query));
        expect([...writer.all].some((lock) => exclusive.has(lock))).toBe(true);
      }),
      { numRuns: 5_000 },
    );
    expect(matched).toBeGreaterThan(500);
  });

  it('come in one ascending order, each once', () => {
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 1, maxLength: 4 }),
        fc.array(criteria, { maxLength: 3 }),
        (all, query) => {
          const { locks } = lockKeys('schema', append(all.map(draft), query));
          const targets = locks.map((lock) => (lock >= BUCKETS ? lock - BUCKETS : lock));
          expect(targets).toEqual([...new Set(targets)].sort((a, b) => a - b));
          for (const lock of locks) expect(lock).toBe(lock | 0);
        },
      ),
    );
  });

  it('of contexts that have nothing to do with each other rarely meet', () => {
    const context = (n: number): PreparedAppendAll =>
      append([draft({ aggregateId: `${n}` })], [{ types: ['t'], payload: { accountId: `account-${n}` } }]);
    const buckets = Array.from({ length: 1_000 }, (_, n) =>
      [...locksOf(context(n)).exclusive].filter((lock) => lock >= 0),
    );
    expect(buckets.every((own) => own.length === 1)).toBe(true);
    expect(new Set(buckets.flat()).size).toBeGreaterThan(BUCKETS * 0.9);
  });

  it('are bounded, however much an append writes', () => {
    const many = Array.from({ length: 3_000 }, (_, n) => draft({ payload: { n, text: `${n}` }, tags: [`tag ${n}`] }));
    const parts = [{ stream: many[0]!, drafts: many, expectedSequence: 'any' as const, bytes: 0 }];
    expect(lockKeys('schema', { parts }).locks.length).toBeLessThanOrEqual(BUCKETS + 1);
  });

  it('of two tenants, or of two installations in one database, are apart', () => {
    const one = lockKeys('schema', append([draft({})])).lockClass;
    expect(lockKeys('other', append([draft({})])).lockClass).not.toBe(one);
    const foreign = { ...draft({}), tenantId: createTenantId('other') };
    expect(lockKeys('schema', append([foreign])).lockClass).not.toBe(one);
  });
});

import fc from 'fast-check';
import type { AppendOptions, ExpectedSequence } from '../../../lib/event-store/append-options.js';
import type { EventCriteria, EventQuery } from '../../../lib/event-store/event-query.js';
import type { ReadOptions } from '../../../lib/event-store/read-options.js';

const TYPES = ['contract.item_added', 'contract.item_removed', 'contract.noted'];

export type Body = { readonly tags: readonly string[] } & (
  { readonly kind: 'added' | 'removed'; readonly name: string } | { readonly kind: 'noted'; readonly body: unknown }
);

/** A condition, or nothing; `after` names an event of the tenant, counted from the last one. */
export interface ModelCondition {
  readonly query: EventQuery;
  readonly after?: number;
}

/** Which part of the log of a tenant is read; positions are given as that of a condition. */
export interface ModelRead {
  readonly query?: EventQuery;
  readonly after?: number;
  readonly before?: number;
  readonly limit?: number;
  readonly direction?: 'forwards' | 'backwards';
}

/** One call, on one of four streams: the even ones are of one tenant, the odd ones of another. */
export type Step =
  | {
      readonly call: 'append';
      readonly stream: number;
      readonly bodies: readonly Body[];
      readonly options: Omit<AppendOptions, 'condition'>;
      readonly condition?: ModelCondition;
    }
  | {
      readonly call: 'appendAll';
      readonly tenant: number;
      readonly parts: readonly {
        readonly second: boolean;
        readonly bodies: readonly Body[];
        readonly expected: ExpectedSequence;
      }[];
      readonly key?: string;
      readonly condition?: ModelCondition;
    }
  | { readonly call: 'readAll'; readonly tenant: number; readonly options: ModelRead }
  | { readonly call: 'count'; readonly tenant: number; readonly query: EventQuery }
  | { readonly call: 'undispatched' }
  | { readonly call: 'dispatched'; readonly stream: number; readonly from: number; readonly more: number }
  | { readonly call: 'appended'; readonly stream: number; readonly keys: readonly string[] }
  | { readonly call: 'read'; readonly stream: number; readonly options: ReadOptions }
  | { readonly call: 'head' | 'exists'; readonly stream: number }
  | { readonly call: 'heads'; readonly tenant?: number; readonly types?: readonly string[] };

const streamIndex = fc.integer({ min: 0, max: 3 });
const tenantIndex = fc.integer({ min: 0, max: 1 });
const key = fc.constantFrom('k1', 'k2', 'k3', 'ключ 😀');
const tags = fc.subarray(['t1', 't2', 'ключ 😀']);
const expected: fc.Arbitrary<ExpectedSequence> = fc.oneof(
  fc.constantFrom('any' as const, 'no-stream' as const, 'stream-exists' as const),
  fc.integer({ min: 0, max: 6 }),
);
const body: fc.Arbitrary<Body> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('added' as const, 'removed' as const),
    name: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a', 'b')),
    tags,
  }),
  fc.record({
    kind: fc.constant('noted' as const),
    body: fc.oneof(fc.jsonValue(), fc.constantFrom(1, { a: 1 }, [1, { a: null }])),
    tags,
  }),
);
const bodies = fc.array(body, { minLength: 1, maxLength: 4 });
const payloads: readonly NonNullable<EventCriteria['payload']>[] = [
  {},
  { name: 'a' },
  { body: 1 },
  { body: { a: 1 } },
  { body: [{ a: null }] },
];
const criteria: fc.Arbitrary<EventCriteria> = fc.record(
  {
    types: fc.subarray([...TYPES, 'NUL \u0000']),
    tags,
    payload: fc.constantFrom(...payloads),
    aggregateId: fc.constantFrom('a', 'ä😀'),
  },
  { requiredKeys: [] },
);
/** What matches much, since most of the others match nothing. */
const broad = fc.constantFrom<EventCriteria>(
  {},
  { types: TYPES },
  { tags: ['t1'] },
  { aggregateId: 'a' },
  { payload: { name: 'a' } },
);
const query: fc.Arbitrary<EventQuery> = fc.oneof(broad, criteria, fc.array(criteria, { maxLength: 3 }));
const back = fc.integer({ min: 0, max: 4 });
const condition: fc.Arbitrary<ModelCondition | undefined> = fc.option(
  fc.record({ query, after: back }, { requiredKeys: ['query'] }),
  { nil: undefined },
);

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      call: fc.constant('append' as const),
      stream: streamIndex,
      bodies,
      options: fc.record({ expectedSequence: expected, key }, { requiredKeys: [] }),
      condition,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      call: fc.constant('appendAll' as const),
      tenant: tenantIndex,
      parts: fc.uniqueArray(fc.record({ second: fc.boolean(), bodies, expected }), {
        minLength: 1,
        maxLength: 2,
        selector: ({ second }) => second,
      }),
      key: fc.option(key, { nil: undefined }),
      condition,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      call: fc.constant('readAll' as const),
      tenant: tenantIndex,
      options: fc.record(
        {
          query,
          after: back,
          before: back,
          limit: fc.integer({ min: 1, max: 5 }),
          direction: fc.constantFrom('forwards' as const, 'backwards' as const),
        },
        { requiredKeys: [] },
      ),
    }),
  },
  fc.record({ call: fc.constant('count' as const), tenant: tenantIndex, query }),
  fc.record({ call: fc.constant('undispatched' as const) }),
  fc.record({
    call: fc.constant('dispatched' as const),
    stream: streamIndex,
    from: fc.integer({ min: 1, max: 9 }),
    more: fc.integer({ min: 0, max: 5 }),
  }),
  fc.record({ call: fc.constant('appended' as const), stream: streamIndex, keys: fc.array(key) }),
  fc.record({
    call: fc.constant('read' as const),
    stream: streamIndex,
    options: fc.record(
      {
        from: fc.integer({ min: 1, max: 9 }),
        to: fc.integer({ min: 0, max: 9 }),
        limit: fc.integer({ min: 1, max: 5 }),
        direction: fc.constantFrom('forwards' as const, 'backwards' as const),
        types: fc.subarray([...TYPES, 'NUL \u0000', '\ud800']),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({ call: fc.constantFrom('head' as const, 'exists' as const), stream: streamIndex }),
  fc.record(
    { call: fc.constant('heads' as const), tenant: tenantIndex, types: fc.subarray([...TYPES, 'NUL \u0000']) },
    { requiredKeys: ['call'] },
  ),
);

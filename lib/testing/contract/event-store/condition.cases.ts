import { AppendConditionFailedError } from '../../../event-store/append-condition-failed.error.js';
import type { AppendCondition } from '../../../event-store/append-options.js';
import type { EventCriteria, EventQuery } from '../../../event-store/event-query.js';
import type { LogPosition } from '../../../event-store/log-position.js';
import type { StreamId } from '../../../event-store/stream-id.js';
import { WrongExpectedSequenceError } from '../../../event-store/wrong-expected-sequence.error.js';
import { AWKWARD_IDS } from '../awkward-texts.js';
import { collect } from '../collect.js';
import { ItemAdded, Noted } from '../contract-events.js';
import { expectInvalid, expectRefused } from '../expect-refused.js';
import { items, newStream, upTo } from './event-store-cases.js';
import type { EventStoreCases } from './event-store-cases.js';

const ROUNDS = 15;
const WRITERS = 10;

export function conditionCases({ expect, test, store, settle }: EventStoreCases): void {
  const noted = (account: string, amount = 1) => [{ data: new Noted({ account, amount }) }];
  const about = (account: string): EventCriteria => ({ types: ['contract.noted'], payload: { body: { account } } });

  /** The position of the last event that matches. */
  async function lastOf(stream: StreamId, query: EventQuery): Promise<LogPosition | undefined> {
    await settle();
    const { tenantId } = stream;
    return (await collect(store().readAll({ tenantId, query, direction: 'backwards', limit: 1 })))[0]?.position;
  }

  test('lets an append through when nothing matches', async () => {
    const stream = newStream();
    await store().append(stream, noted('a'));
    for (const query of [about('b'), { types: ['none'] }, [], { tags: ['t'] }, { types: [] }] as EventQuery[]) {
      await store().append(stream, items(1), { condition: { query } });
    }
    expect(await store().head(stream)).toBe(6);
  });

  test('refuses an append when an event matches, says where, and stores nothing', async () => {
    const stream = newStream();
    await store().append(stream, noted('a'));
    const position = await lastOf(stream, {});
    for (const query of [about('a'), {}, [about('b'), about('a')], { aggregateType: 'basket' }] as EventQuery[]) {
      const condition = { query };
      const error = await expectRefused(
        () => store().append({ ...stream, aggregateId: 'two' }, items(1), { condition, key: 'k' }),
        AppendConditionFailedError,
      );
      expect(error).toMatchObject({ code: 'APPEND_CONDITION_FAILED', kind: 'conflict', condition, position });
    }
    expect(await store().exists({ ...stream, aggregateId: 'two' })).toBe(false);
    expect(await store().append({ ...stream, aggregateId: 'two' }, items(1), { key: 'k' })).toMatchObject({
      repeated: false,
    });
  });

  test('knows nothing of streams of our own', async () => {
    const stream = newStream();
    await store().append({ ...stream, aggregateType: '$own' }, [{ data: new ItemAdded('own'), tags: ['t'] }]);
    const own = { aggregateType: '$own', aggregateId: stream.aggregateId };
    const queries = [{}, { types: ['contract.item_added'] }, { tags: ['t'] }, { payload: { name: 'own' } }, own];
    for (const [index, query] of queries.entries()) {
      await store().append({ ...stream, aggregateId: `a${index}` }, noted('a'), {
        condition: { query: [query, { types: ['none'] }], after: await lastOf(stream, {}) },
      });
    }
  });

  test('looks only behind the position, which may be above the last match, or where the log stands', async () => {
    const stream = newStream();
    await store().append(stream, noted('a'));
    const first = await lastOf(stream, about('a'));
    await store().append(stream, noted('b'));
    const append = (after: LogPosition | undefined) =>
      store().append({ ...stream, aggregateId: 'other' }, items(1), { condition: { query: about('a'), after } });
    await append(first);
    await append(await lastOf(stream, about('b')));
    await append(await store().position(stream.tenantId));
    await store().append(stream, noted('a'));
    await expectRefused(() => append(first), AppendConditionFailedError);
    await append(await store().position(stream.tenantId));
  });

  for (const others of [0, 60]) {
    test(`compares every part of a criterion, behind ${others} events that do not match`, async () => {
      const stream = newStream();
      const elsewhere = { ...stream, aggregateType: 'elsewhere', aggregateId: 'elsewhere' };
      if (others > 0) await store().append(elsewhere, items(others));
      await store().append(stream, [{ ...noted('a')[0]!, tags: ['t', 'u'] }]);
      const position = await lastOf(stream, about('a'));
      const { aggregateType, aggregateId } = stream;
      const parts: readonly (readonly [EventCriteria, EventCriteria])[] = [
        [{ types: ['none', 'contract.noted'] }, { types: ['none', 'nor this'] }],
        [{ tags: ['u'] }, { tags: ['u', 'v'] }],
        [{ payload: { body: { account: 'a' } } }, { payload: { body: { account: 'b' } } }],
        [{ payload: { body: {} } }, { payload: { nobody: {} } }],
        [{ aggregateType }, { aggregateType: 'another' }],
        [{ aggregateId }, { aggregateId: 'another' }],
      ];
      const append = (query: EventQuery) =>
        store().append({ ...stream, aggregateId: 'writer' }, items(1), { condition: { query } });
      for (let chosen = 1; chosen < 2 ** parts.length; chosen += 1) {
        const asked = parts.filter((_, index) => chosen & (2 ** index));
        const query = Object.assign({}, ...asked.map(([hit]) => hit)) as EventCriteria;
        const error = await expectRefused(() => append([{ tags: ['nobody'] }, query]), AppendConditionFailedError);
        expect([query, error.position]).toEqual([query, position]);
      }
      for (let chosen = 1; chosen < 2 ** parts.length; chosen += 1) {
        const asked = parts.filter((_, index) => chosen & (2 ** index));
        for (const [, miss] of asked) {
          const query = Object.assign({}, ...asked.map(([hit]) => hit), miss) as EventCriteria;
          await append(query);
        }
      }
    });
  }

  test('looks at the events of its own tenant only', async () => {
    const [mine, foreign] = [newStream(), newStream()];
    await store().append(foreign, noted('a'));
    await store().append(mine, noted('a'), { condition: { query: about('a') } });
    await expectRefused(
      () => store().append(mine, noted('a'), { condition: { query: about('a') } }),
      AppendConditionFailedError,
    );
  });

  test('holds together with an expected sequence, which comes first, and with a key, which beats both', async () => {
    const stream = newStream();
    const condition = { query: about('a') };
    const first = await store().append(stream, noted('a'), { condition, expectedSequence: 0, key: 'k' });
    await expectRefused(
      () => store().append(stream, noted('a'), { condition, expectedSequence: 0 }),
      WrongExpectedSequenceError,
    );
    await expectRefused(
      () => store().append(stream, noted('a'), { condition, expectedSequence: 1 }),
      AppendConditionFailedError,
    );
    const repeat = await store().append(stream, noted('a'), { condition, expectedSequence: 0, key: 'k' });
    expect(repeat).toEqual({ ...first, repeated: true });
  });

  test('takes text that looks like SQL as text', async () => {
    const stream = newStream();
    for (const text of AWKWARD_IDS) {
      const query: EventQuery = [
        { payload: { body: { account: text } } },
        { tags: [text] },
        { types: [text] },
        { aggregateType: text, aggregateId: text },
        { payload: { [text]: null } },
      ];
      await store().append(stream, noted(text), { condition: { query } });
      await expectRefused(
        () => store().append(stream, noted(text), { condition: { query } }),
        AppendConditionFailedError,
      );
    }
  });

  test(`lets exactly one of ${WRITERS} parallel writers on one context win, in every one of ${ROUNDS} rounds`, async () => {
    const stream = newStream();
    for (let round = 0; round < ROUNDS; round++) {
      const condition: AppendCondition = { query: about('hot'), after: await lastOf(stream, about('hot')) };
      const outcomes = await Promise.allSettled(
        upTo(WRITERS).map((n) =>
          store().append({ ...stream, aggregateId: `writer ${n}` }, noted('hot', n), { condition }),
        ),
      );
      const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
      expect(refused).toHaveLength(WRITERS - 1);
      for (const error of refused) expect(error).toBeInstanceOf(AppendConditionFailedError);
    }
    await settle();
    expect(await store().count({ tenantId: stream.tenantId, query: about('hot') })).toBe(ROUNDS);
  });

  test(`lets all of ${WRITERS} parallel writers on disjoint contexts win`, async () => {
    const stream = newStream();
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        upTo(WRITERS).map(async (n) => {
          const query: EventQuery = [about(`${round} ${n}`), { tags: [`tag:${round}:${n}`] }];
          const events = [{ data: new Noted({ account: `${round} ${n}` }), tags: [`tag:${round}:${n}`] }];
          await store().append({ ...stream, aggregateId: `writer ${n}` }, events, { condition: { query } });
        }),
      );
    }
  });

  test('counts plain appends that come at the same time', async () => {
    const stream = newStream();
    for (let round = 0; round < ROUNDS; round++) {
      const account = `account ${round}`;
      const query: EventQuery = { payload: { body: { account } } };
      const conditional = () =>
        store().append({ ...stream, aggregateId: 'conditional' }, noted(account, 1), { condition: { query } });
      const plain = () => store().append({ ...stream, aggregateId: 'plain' }, noted(account, 2));
      const [first] = await Promise.allSettled(
        round % 2 === 0 ? [conditional(), plain()] : [plain(), conditional()].reverse(),
      );
      await settle();
      const log = await collect(store().readAll({ tenantId: stream.tenantId, query }));
      const amounts = log.map(({ data }) => ((data as Noted).body as { amount: number }).amount);
      // A conditional append that won stands before the plain one in the log.
      expect(amounts).toEqual(first!.status === 'fulfilled' ? [1, 2] : [2]);
    }
  });

  test('ends without a deadlock when many overlap in many criteria', async () => {
    const stream = newStream();
    const outcomes = await Promise.allSettled(
      upTo(40).map((n) => {
        const query = upTo(6).map((m) => about(`${(n * m) % 7}`));
        return store().append({ ...stream, aggregateId: `${n}` }, noted(`${n % 7}`), {
          condition: { query: n % 2 === 0 ? query : query.reverse() },
        });
      }),
    );
    for (const one of outcomes) {
      if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(AppendConditionFailedError);
    }
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
  });

  test('refuses conditions that are none', async () => {
    const stream = newStream();
    const append = (condition: unknown) => () =>
      store().append(stream, [{ data: new ItemAdded('x') }], { condition: condition as AppendCondition });
    await expectInvalid(append(null), 'options.condition');
    await expectInvalid(append({}), 'options.condition.query');
    await expectInvalid(append({ query: { type: 'x' } }), 'options.condition.query.type');
    await expectInvalid(append({ query: [{}, { tags: 'x' }] }), 'options.condition.query[1].tags');
    for (const after of ['', 'x', "1'; DROP TABLE events; --", 5, null, {}, '-1', '1-2-3-4-5', '9'.repeat(40)]) {
      await expectInvalid(append({ query: {}, after }), 'options.condition.after');
    }
    expect(await store().head(stream)).toBe(0);
  });
}

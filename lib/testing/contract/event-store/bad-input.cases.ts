import type { NewEvent } from '../../../events/new-event.js';
import { InvalidEventError } from '../../../events/invalid-event.error.js';
import { collect } from '../collect.js';
import { ItemAdded, Noted, Undeclared, Unmarked } from '../contract-events.js';
import { BAD_IDS, expectInvalid, expectRefused } from '../expect-refused.js';
import { items, newStream } from './event-store-cases.js';
import type { EventStoreCases } from './event-store-cases.js';

export function badInputCases({ expect, test, store, context }: EventStoreCases): void {
  test('refuses ids that are not ids, in every call', async () => {
    for (const part of ['aggregateType', 'aggregateId'] as const) {
      for (const [, bad] of BAD_IDS) {
        const stream = { ...newStream(), [part]: bad };
        const field = `stream.${part}`;
        await expectInvalid(() => store().append(stream, items(1)), field);
        await expectInvalid(() => store().appended(stream, ['k']), field);
        await expectInvalid(() => collect(store().read(stream)), field);
        await expectInvalid(() => store().head(stream), field);
      }
    }
    for (const [, bad] of BAD_IDS) {
      await expectInvalid(() => collect(store().heads({ aggregateType: bad as string })), 'query.aggregateType');
    }
  });

  test('refuses keys that are not ids', async () => {
    const stream = newStream();
    for (const [, bad] of BAD_IDS) {
      await expectInvalid(() => store().appended(stream, ['k', bad as string]), 'keys[1]');
      if (bad === undefined) continue;
      await expectInvalid(() => store().append(stream, items(1), { key: bad as string }), 'options.key');
    }
    for (const bad of [new Date(NaN), 5, '2024-01-01', null]) {
      const append = () => store().append(stream, items(1), { key: 'k', keySince: bad as Date });
      await expectInvalid(append, 'options.keySince');
    }
    await expectInvalid(() => store().append(stream, items(1), { keySince: new Date() }), 'options.keySince');
    await expectInvalid(() => store().appended(stream, 'k' as never), 'keys');
    expect(await store().head(stream)).toBe(0);
  });

  test('refuses an append without events, or of something else', async () => {
    const stream = newStream();
    await expectInvalid(() => store().append(stream, []), 'events');
    await expectInvalid(() => store().append(stream, undefined as never), 'events');
    await expectInvalid(() => store().append(stream, [null] as never), 'events[0]');
  });

  test('refuses expectations that are none', async () => {
    const stream = newStream();
    for (const bad of [-1, 1.5, NaN, Infinity, '1', 'never', null, true]) {
      const append = () => store().append(stream, items(1), { expectedSequence: bad as number });
      await expectInvalid(append, 'options.expectedSequence');
    }
    expect(await store().head(stream)).toBe(0);
  });

  test('refuses read options outside their range', async () => {
    const stream = newStream();
    const cases: [string, unknown[]][] = [
      ['from', [0, -1, 1.5, NaN, '1', null]],
      ['to', [-1, 1.5, NaN, '1', null]],
      ['limit', [0, -1, 1.5, Infinity, '1', null]],
      ['since', [new Date(NaN), 5, '2024-01-01', null]],
      ['until', [new Date(NaN), 5, '2024-01-01', null]],
      ['direction', ['sideways', '', null]],
      ['types', ['contract.item_added', [5], null]],
    ];
    for (const [name, values] of cases) {
      for (const bad of values) {
        await expectInvalid(() => collect(store().read(stream, { [name]: bad })), `options.${name}`);
      }
    }
    const types = 'contract.item_added' as never;
    await expectInvalid(() => collect(store().heads({ aggregateType: 'basket', types })), 'query.types');
  });

  test('refuses event ids, times and metadata that are none', async () => {
    const data = new ItemAdded('x');
    const id = context().ids.next();
    const cases: [string, NewEvent[]][] = [
      ['events[0].id', [{ data, id: 'no uuid' as never }]],
      ['events[0].id', [{ data, id: id.toUpperCase() as never }]],
      ['events[0].id', [{ data, id: '00000000-0000-4000-8000-000000000000' as never }]],
      [
        'events[1].id',
        [
          { data, id },
          { data, id },
        ],
      ],
      ['events[0].occurredAt', [{ data, occurredAt: new Date(NaN) }]],
      ['events[0].occurredAt', [{ data, occurredAt: 5 as never }]],
      ['events[0].metadata', [{ data, metadata: 'x' as never }]],
      ['events[0].metadata.userId', [{ data, metadata: { userId: 5 as never } }]],
    ];
    for (const [field, events] of cases) {
      const stream = newStream();
      await expectInvalid(() => store().append(stream, events), field);
      expect(await store().head(stream)).toBe(0);
    }
  });

  test('refuses events that are not valid events, and names what is wrong', async () => {
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    const cases: [RegExp, object][] = [
      [/contract\.item_added .*quantity/, new ItemAdded('x', 0)],
      [/contract\.item_added .*name/, new ItemAdded(5 as never)],
      [/Undeclared|contract\.undeclared/, new Undeclared()],
      [/Unmarked/, new Unmarked()],
      [/DomainEvent/, { name: 'plain' }],
      [/DomainEvent/, Object.create(null) as object],
      [/DomainEvent/, 'text' as never],
      [/DomainEvent/, null as never],
      [/JSON/, new Noted(cyclic)],
      [/JSON/, new Noted(10n)],
      [/bytes/, new Noted('x'.repeat(1_048_577))],
    ];
    for (const [message, data] of cases) {
      const stream = newStream();
      const error = await expectRefused(() => store().append(stream, [...items(1), { data }]), InvalidEventError);
      expect(error.message).toMatch(message);
      expect(error.problems.length).toBeGreaterThan(0);
      expect(await store().head(stream)).toBe(0);
    }
  });

  test('goes on after everything that it refused', async () => {
    const stream = newStream();
    await expectRefused(
      () => store().append(stream, [{ data: new ItemAdded('x', 0) }], { key: 'k' }),
      InvalidEventError,
    );
    const result = await store().append(stream, items(1), { key: 'k' });
    expect(result).toMatchObject({ firstSequence: 1, repeated: false });
  });
}

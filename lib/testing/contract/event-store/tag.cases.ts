import { InvalidEventError } from '../../../events/invalid-event.error.js';
import { AWKWARD_IDS } from '../awkward-texts.js';
import { collect } from '../collect.js';
import { ItemAdded, Labelled } from '../contract-events.js';
import { expectInvalid, expectRefused } from '../expect-refused.js';
import { newStream } from './event-store-cases.js';
import type { EventStoreCases } from './event-store-cases.js';

export function tagCases({ expect, test, store }: EventStoreCases): void {
  test('keeps tags as they were given, in their order, on every way', async () => {
    const stream = newStream();
    const events = [
      { data: new ItemAdded('none') },
      { data: new ItemAdded('some'), tags: ['b', 'a', 'account:1'] },
      { data: new ItemAdded('awkward'), tags: AWKWARD_IDS },
      { data: new ItemAdded('long'), tags: ['é'.repeat(128)] },
    ];
    const result = await store().append(stream, events, { key: 'k' });
    const expected = [[], ...events.slice(1).map(({ tags }) => tags)];
    expect(result.events.map(({ tags }) => tags)).toEqual(expected);
    expect(result.stored.map(({ tags }) => tags)).toEqual(expected);
    expect((await collect(store().read(stream))).map(({ tags }) => tags)).toEqual(expected);
    expect((await store().append(stream, events, { key: 'k' })).stored).toEqual(result.stored);
  });

  test('derives tags from the event where none are given', async () => {
    const stream = newStream();
    const data = new Labelled(['x', 'y']);
    const { events } = await store().append(stream, [{ data }, { data, tags: ['z'] }, { data, tags: [] }]);
    expect(events.map(({ tags }) => tags)).toEqual([['x', 'y'], ['z'], []]);
  });

  test('refuses tags that are none, and more than 32', async () => {
    const stream = newStream();
    const bad: [unknown, string][] = [
      ['text', ''],
      [null, ''],
      [[5], '[0]'],
      [['ok', ''], '[1]'],
      [['a\u0000b'], '[0]'],
      [['a\nb'], '[0]'],
      [['\ud800'], '[0]'],
      [['é'.repeat(129)], '[0]'],
      [['a', 'b', 'a'], ''],
      [Array.from({ length: 33 }, (_, n) => `t${n}`), ''],
    ];
    for (const [tags, place] of bad) {
      const events = [{ data: new ItemAdded('x') }, { data: new ItemAdded('y'), tags: tags as string[] }];
      await expectInvalid(() => store().append(stream, events), `events[1].tags${place}`);
      const derived = [{ data: new Labelled(tags as string[]) }];
      await expectInvalid(() => store().append(stream, derived), `events[0].tags${place}`);
    }
    const broken = Object.defineProperty(new Labelled([]), 'labels', {
      get: () => {
        throw new Error('broken');
      },
    });
    await expectRefused(() => store().append(stream, [{ data: broken }]), InvalidEventError);
    expect(await store().head(stream)).toBe(0);
    await store().append(stream, [{ data: new ItemAdded('x'), tags: Array.from({ length: 32 }, (_, n) => `t${n}`) }]);
  });
}

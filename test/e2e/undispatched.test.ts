import { CommandBus } from '@nestjs/cqrs';
import { expect, it } from 'vitest';
import { EventStore, GroupQueue, Projections } from '../../lib/index.js';
import { start, stream } from '../support/apps.js';
import { Add, Added, acme, counterApp, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';

const ALL = { olderThanMs: 0, limit: 10 };

it('projects what is appended to several streams, and strikes what was staged off the list of the store', async () => {
  const app = await start(counterApp());
  const events = app.get(EventStore);
  const parts = ['a', 'b'].map((id, n) => ({ stream: stream(id), events: [{ data: Added.of(n + 1) }] }));
  const results = await events.appendAll(parts, { key: 'k' });
  expect(results.map(({ lastSequence }) => lastSequence)).toEqual([1, 1]);
  await events.append(stream('a'), [{ data: Added.of(5) }]);
  await eventually(async () => {
    const totals = ['a', 'b'].map((id) => app.get(Projections).get(Totals, id, { tenantId: acme }));
    expect((await Promise.all(totals)).map((found) => found?.total)).toEqual([6, 2]);
    expect(await events.undispatched(ALL)).toEqual([]);
  });
});

it('strikes what commands have appended, once its projections are staged', async () => {
  const app = await start(counterApp());
  await app.get(CommandBus).execute(Add.of('c', 3));
  await eventually(async () => {
    expect(await app.get(EventStore).head(stream('c'))).toBe(1);
    expect(await app.get(EventStore).undispatched(ALL)).toEqual([]);
  });
});

it('keeps on the list what could not be staged', async () => {
  const app = await start(counterApp());
  const events = app.get(EventStore);
  const queue = app.get(GroupQueue);
  const stage = queue.stage.bind(queue);
  queue.stage = () => Promise.reject(new Error('away'));
  await expect(events.append(stream('d'), [{ data: Added.of(1) }], { key: 'k' })).rejects.toThrow('away');
  expect(await events.undispatched(ALL)).toMatchObject([{ stream: stream('d'), from: 1, to: 1 }]);
  queue.stage = stage;
  await events.append(stream('d'), [{ data: Added.of(1) }], { key: 'k' });
  await eventually(async () => expect(await events.undispatched(ALL)).toEqual([]));
});

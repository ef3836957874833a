import { expect, it } from 'vitest';
import {
  type DeadLetter,
  EventStore,
  GroupQueue,
  inProcessQueue,
  PermanentError,
  type ProjectionStore,
  type RecordedEvent,
  type StorageAdapter,
} from '../../../lib/index.js';
import { MemoryProjectionStore } from '../../../lib/projections/stores/memory/memory-projection-store.js';
import { MAX_PUT_ASIDE, PutAside } from '../../../lib/subscriptions/put-aside.js';
import { listPutAside } from '../../../lib/subscriptions/put-aside-rows.js';
import { cursorKey } from '../../../lib/subscriptions/subscription-streams.js';
import { appWith, start, stream } from '../../support/apps.js';
import { collect } from '../../support/collect.js';
import { acme, Added } from '../../support/counter-app.js';
import { eventually } from '../../support/eventually.js';
import { ManualClock } from '../../support/manual-clock.js';
import { survivingMemory } from '../../support/memories.js';
import { overriding } from '../../support/overriding.js';
import { listener, Told } from '../../support/told.js';

const note = { by: 'ann', reason: 'looked at it' };
/** More dead letters than one list gives. */
const STREAMS = 35;
const EVENTS = 30;

it('finds the dead letter that is to be discarded, however many there are', async () => {
  const told = new Told();
  told.fails = () => new PermanentError('unlucky');
  const eventStore = survivingMemory();
  const boot = () => start(appWith([listener(told)], { eventStore, queue: inProcessQueue({ drainTimeoutMs: 50 }) }));
  const app = await boot();
  const amounts = Array.from({ length: EVENTS }, () => ({ data: Added.of(1) }));
  for (let nth = 1; nth <= STREAMS; nth += 1) await app.get(EventStore).append(stream(`c${nth}`), amounts);
  const { control } = app.get(GroupQueue);
  const last = await eventually(async () => {
    expect(await app.get(GroupQueue).depth()).toMatchObject({ deadLetters: STREAMS * EVENTS, jobs: 0 });
    return (await control.deadLetter(STREAMS * EVENTS)) as DeadLetter;
  });
  expect(await control.discardDeadLetter(last.id, note)).toBe(true);
  await app.close();

  told.fails = () => undefined;
  await boot();
  await eventually(() => expect(told.done).toHaveLength(STREAMS * EVENTS - 1));
  expect(told.of(last.lane.id)).toHaveLength(EVENTS - 1);
});

it('puts only so many events of a stream aside, until some of them are over', async () => {
  const putAside = new PutAside(new MemoryProjectionStore(), new ManualClock());
  const cursor = { tenantId: acme, projection: 'cursors', version: 1, id: 'c1' };
  const add = (sequence: number): Promise<boolean> => putAside.add(cursor, { sequence, error: 'unlucky' });
  for (let sequence = 1; sequence <= MAX_PUT_ASIDE; sequence += 1) expect(await add(sequence)).toBe(true);
  expect(await add(MAX_PUT_ASIDE + 1)).toBe(false);
  expect(await add(MAX_PUT_ASIDE)).toBe(true);
  await putAside.finish(cursor, 7);
  expect(await add(MAX_PUT_ASIDE + 1)).toBe(true);
  expect(await add(MAX_PUT_ASIDE + 2)).toBe(false);
});

it('is over when its event is told after all, since who put it aside died before the cursor passed it', async () => {
  const told = new Told();
  const eventStore = survivingMemory();
  const before = await start(appWith([], { eventStore }));
  await before.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }, { data: Added.of(2) }]);
  const { aggregateType, aggregateId: id } = stream('c1');
  const cursor = cursorKey({ name: 'listener' }, { tenantId: acme, aggregateType, id });
  const { projections } = eventStore.storage;
  await new PutAside(projections, new ManualClock()).add(cursor, { sequence: 1, error: 'unlucky' });
  await before.close();

  const app = await start(appWith([listener(told, { from: 'beginning' })], { eventStore }));
  await eventually(async () => {
    expect(told.done).toEqual(['c1#1', 'c1#2']);
    expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, running: 0, deadLetters: 0 });
  });
  expect(await collect(listPutAside(projections, cursor))).toEqual([]);
});

it('reads once and writes once for a batch of a stream of which nothing was put aside', async () => {
  const told = new Told();
  const calls: string[] = [];
  const counted = (projections: ProjectionStore): ProjectionStore =>
    overriding(projections, {
      load: (keys) => (calls.push('load'), projections.load(keys)),
      save: (rows) => (calls.push('save'), projections.save(rows)),
      sequences: (...args) => (calls.push(`walk ${args[0]}`), projections.sequences(...args)),
    });
  const backend = survivingMemory();
  const eventStore = overriding<StorageAdapter>(backend, {
    open: async (context) => {
      const storage = await backend.open(context);
      return { ...storage, projections: counted(storage.projections) };
    },
  });
  const before = await start(appWith([], { eventStore }));
  await before.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }, { data: Added.of(2) }]);
  await before.close();

  let failures = 0;
  told.fails = ({ data }: RecordedEvent) =>
    (data as Added).amount === 2 && (failures += 1) === 1 ? new Error('once') : undefined;
  const app = await start(appWith([listener(told, { from: 'beginning', maxBatchEvents: 1 })], { eventStore }));
  const quiet = () =>
    eventually(async () => expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, running: 0 }));
  await eventually(() => expect(told.done).toEqual(['c1#1', 'c1#2']));
  await quiet();
  // Its job speaks of both, and came twice.
  expect(failures).toBe(2);
  expect(calls.filter((call) => call.startsWith('walk $put-aside:'))).toEqual([]);

  calls.length = 0;
  await app.get(EventStore).append(stream('c1'), [{ data: Added.of(3) }]);
  await quiet();
  expect(told.done).toEqual(['c1#1', 'c1#2', 'c1#3']);
  expect(calls).toEqual(['load', 'save']);
});

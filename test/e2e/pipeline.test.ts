import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CommandBus } from '@nestjs/cqrs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventStore, Projections, inProcessQueue, memory } from '../../lib/index.js';
import { Add, Added, AddHandler, Additions, acme, counterApp, Reset, Seen, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';

describe('a pipeline in one process', () => {
  let app: INestApplicationContext;
  let commandBus: CommandBus;
  let projections: Projections;
  let store: EventStore;

  beforeEach(async () => {
    const module = await Test.createTestingModule({
      imports: [counterApp({ eventStore: memory(), queue: inProcessQueue() })],
    }).compile();
    app = await module.init();
    commandBus = app.get(CommandBus);
    projections = app.get(Projections);
    store = app.get(EventStore);
  });

  afterEach(() => app.close());

  const stream = (aggregateId: string) => ({ tenantId: acme, aggregateType: 'counter', aggregateId });

  it('takes a command to events, fold, records and reactors', async () => {
    const receipt = await commandBus.execute(Add.of('c1', 5));
    expect(receipt).toMatchObject({ status: 'stored', aggregateId: 'c1', eventCount: 1, lastSequence: 1 });
    await commandBus.execute(Add.of('c1', 7));
    await eventually(async () => {
      expect(await projections.get(Totals, 'c1', { tenantId: acme })).toEqual({ total: 12, events: 2 });
      expect(await projections.records(Additions, 'c1', { tenantId: acme })).toMatchObject([
        { record: { amount: 5 } },
        { record: { amount: 7 } },
      ]);
      expect(app.get(Seen).reactions.map(({ sequence }) => sequence)).toEqual([1, 2]);
    });
  });

  it('answers a repeated command with its first result and does not run its handler again', async () => {
    const first = await commandBus.execute(Add.of('c1', 5, 'once'));
    const again = await commandBus.execute(Add.of('c1', 5, 'once'));
    expect(again).toEqual(first);
    expect(app.get(AddHandler).calls).toBe(1);
    expect(await store.head(stream('c1'))).toBe(1);
  });

  it('projects what is appended directly, and deletes a row when the fold returns null', async () => {
    await store.append(stream('c2'), [{ data: Added.of(3) }, { data: new Reset() }]);
    await store.append(stream('c2'), [{ data: Added.of(4) }]);
    await eventually(async () => {
      expect(await projections.getItem(Totals, 'c2', { tenantId: acme })).toMatchObject({
        sequence: 3,
        state: { total: 4, events: 1 },
      });
    });
  });
});

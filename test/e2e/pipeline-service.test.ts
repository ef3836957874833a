import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { describe, expect, it } from 'vitest';
import { type PipelineEvent, PipelineService } from '../../lib/compat.js';
import { createTenantId, EventStore, GroupQueue, Projections } from '../../lib/index.js';
import { appWith, start, stream } from '../support/apps.js';
import { Added, Additions, acme, counterApp, Seen, type Total, Totals } from '../support/counter-app.js';
import { collect } from '../support/collect.js';
import { eventually } from '../support/eventually.js';
import { survivingMemory } from '../support/memories.js';

const context = { tenantId: acme };
const note = { by: 'ann', reason: 'looked at it' };

function added(amount: number, more: Partial<PipelineEvent> = {}): PipelineEvent {
  return {
    aggregateId: 'c1',
    tenantId: acme,
    timestamp: Date.UTC(2026, 0, 1) + amount,
    type: 'counter.added',
    data: { amount },
    ...more,
  };
}

describe('a pipeline as a service', () => {
  it('stores events, and gives the projections that follow by their names', async () => {
    const app = await start(counterApp());
    const service = PipelineService.of(app, 'counting');
    await service.storeEvents([added(1), added(2), added(5, { aggregateId: 'c2' })], context);
    await eventually(async () => {
      expect(await service.getProjectionByName<Total>('totals', 'c1', context)).toEqual({ total: 3, events: 2 });
      expect(await service.getProjectionByName('totals', 'c2', context)).toEqual({ total: 5, events: 1 });
    });
    expect(await service.hasProjectionByName('totals', 'c1', context)).toBe(true);
    expect(await service.hasProjectionByName('totals', 'nobody', context)).toBe(false);
    expect(await service.getProjectionByName('totals', 'nobody', context)).toBeNull();
    const other = { tenantId: createTenantId('other') };
    expect(await service.hasProjectionByName('totals', 'c1', other)).toBe(false);
    expect(await app.get(Projections).records(Additions, 'c1', context)).toHaveLength(2);
  });

  it('stores events in the order of their timestamps, once however often they come', async () => {
    const app = await start(counterApp());
    const service = PipelineService.of(app, 'counting');
    const events = [added(3, { id: 'three' }), added(1, { id: 'one' }), added(2, { id: 'any text: 2' })];
    const [first] = await service.storeEvents(events, context);
    expect(first!.events.map(({ data }) => (data as Added).amount)).toEqual([1, 2, 3]);
    expect(first!.events[0]).toMatchObject({ type: 'counter.added', occurredAt: new Date(events[1]!.timestamp) });
    expect(first!.events[0]!.data).toBeInstanceOf(Added);
    const [again] = await service.storeEvents(events, context);
    expect(again).toMatchObject({ repeated: true, lastSequence: 3 });
    // Cut otherwise, and grown.
    const [grown] = await service.storeEvents([added(2, { id: 'any text: 2' }), added(4, { id: 'four' })], context);
    expect(grown).toMatchObject({ repeated: false, firstSequence: 2, lastSequence: 4 });
    await service.storeEvents([added(5), added(6, { id: 'six' }), added(7), added(8)], context);
    const stored = await collect(app.get(EventStore).read(stream('c1')));
    expect(stored.map(({ data }) => (data as Added).amount)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('gives the events of a type since a time', async () => {
    const app = await start(counterApp());
    const service = PipelineService.of(app, 'counting');
    const others = { ...stream('c1'), aggregateType: 'other' };
    await app.get(EventStore).append(others, [{ data: Added.of(100) }]);
    const [first] = await service.storeEvents([added(1)], context);
    const { recordedAt } = first!.events[0]!;
    await eventually(() => expect(Date.now()).toBeGreaterThan(recordedAt.getTime()));
    await service.storeEvents([added(2, { aggregateId: 'c2' }), added(3)], context);
    const amounts = async (from: { readonly fromTimestamp?: number }): Promise<number[]> => {
      const found: number[] = [];
      for await (const { data } of service.getEventsByType('counter.added', { ...context, ...from })) {
        found.push((data as Added).amount);
      }
      return found;
    };
    expect(await amounts({})).toEqual([1, 2, 3]);
    expect(await amounts({ fromTimestamp: recordedAt.getTime() - 1 })).toEqual([1, 2, 3]);
    expect(await amounts({ fromTimestamp: recordedAt.getTime() })).toEqual([2, 3]);
    const refused = (call: () => unknown, field: string): void =>
      expect(call).toThrow(expect.objectContaining({ field }) as Error);
    refused(() => service.getEventsByType('counter.unheard_of', context), 'type');
    refused(() => service.getEventsByType('counter.added', { ...context, fromTimestamp: NaN }), 'fromTimestamp');
  });

  it('is there for providers as well', async () => {
    @Injectable()
    class Importer {
      constructor(private readonly moduleRef: ModuleRef) {}

      import(events: readonly PipelineEvent[]): Promise<unknown> {
        return PipelineService.of(this.moduleRef, 'counting').storeEvents(events, context);
      }
    }
    const app = await start(appWith([Totals, Importer]));
    await app.get(Importer).import([added(1)]);
    expect(await app.get(EventStore).head(stream('c1'))).toBe(1);
  });

  it('brings a projection up to the log, and lets reactors know', async () => {
    const eventStore = survivingMemory();
    const app = await start(counterApp({ eventStore }));
    const service = PipelineService.of(app, 'counting');
    // As by a process that died before anybody heard of it.
    await eventStore.storage.events.append(stream('c1'), [{ data: Added.of(4) }, { data: Added.of(5) }]);
    expect(await service.hasProjectionByName('totals', 'c1', context)).toBe(false);
    expect(await service.updateProjectionByName('totals', 'c1', context)).toEqual({ total: 9, events: 2 });
    expect(await service.updateProjectionByName('totals', 'c1', context)).toEqual({ total: 9, events: 2 });
    expect(await service.updateProjectionByName('totals', 'nobody', context)).toBeNull();
    await eventually(() => expect(app.get(Seen).reactions).toMatchObject([{ sequence: 1 }, { sequence: 2 }]));
  });

  it('says so when a projection cannot be brought up', async () => {
    const app = await start(counterApp());
    const service = PipelineService.of(app, 'counting');
    await app.get(GroupQueue).control.pause({ component: { kind: 'fold', component: 'totals@1' } }, note);
    await service.storeEvents([added(1)], context);
    const late = service.updateProjectionByName('totals', 'c1', context, { timeoutMs: 20 });
    await expect(late).rejects.toMatchObject({ code: 'PROJECTION_NOT_UPDATED', kind: 'transient' });
  });

  it.each<[string, unknown]>([
    ['events[1]', null],
    ['events[1].tenantId', added(2, { tenantId: createTenantId('other') })],
    ['events[1].tenantId', added(2, { tenantId: undefined })],
    ['events[1].type', added(2, { type: 'nobody.knows' })],
    ['events[1].timestamp', added(2, { timestamp: Number.NaN })],
  ])('refuses wrong events before it stores any: %s', async (field, wrong) => {
    const app = await start(counterApp());
    const stored = PipelineService.of(app, 'counting').storeEvents([added(1), wrong as PipelineEvent], context);
    await expect(stored).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field });
    expect(await app.get(EventStore).exists(stream('c1'))).toBe(false);
  });

  it('refuses events that are not valid, a missing tenant, and unknown names', async () => {
    const app = await start(counterApp());
    const service = PipelineService.of(app, 'counting');
    const invalid = service.storeEvents([added(1, { data: { amount: 'much' } })], context);
    await expect(invalid).rejects.toMatchObject({ code: 'INVALID_EVENT' });
    for (const nobody of [undefined, {}, { tenantId: '' }] as never[]) {
      const refused = { code: 'INVALID_TENANT' };
      await expect(service.storeEvents([added(1)], nobody)).rejects.toMatchObject(refused);
      await expect(service.getProjectionByName('totals', 'c1', nobody)).rejects.toMatchObject(refused);
      await expect(service.hasProjectionByName('totals', 'c1', nobody)).rejects.toMatchObject(refused);
      await expect(service.updateProjectionByName('totals', 'c1', nobody)).rejects.toMatchObject(refused);
    }
    const unknown = service.getProjectionByName('nobody', 'c1', context);
    await expect(unknown).rejects.toMatchObject({ code: 'UNKNOWN_PROJECTION' });
    expect(() => PipelineService.of(app, 'nobody')).toThrow(/must name a pipeline of the application/);
  });
});

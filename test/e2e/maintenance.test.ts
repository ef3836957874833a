import { describe, expect, it } from 'vitest';
import type { INestApplicationContext } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Clock, EventStore, GroupQueue, LogMaintenance, Projections, createTenantId } from '../../lib/index.js';
import { start, stream } from '../support/apps.js';
import { collect } from '../support/collect.js';
import { Add, Added, Additions, acme, counterApp, Seen, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { ManualClock } from '../support/manual-clock.js';
import { survivingMemory } from '../support/memories.js';
import { silentLogger } from '../support/silent-logger.js';

const globex = createTenantId('globex');

describe('LogMaintenance', () => {
  const boot = (eventStore = survivingMemory(), clock = new ManualClock()) =>
    start(counterApp({ eventStore }), (builder) =>
      builder.setLogger(silentLogger).overrideProvider(Clock).useValue(clock),
    );

  it('is injectable, and verifies the events that the application declares', async () => {
    const app = await boot();
    await app.get(CommandBus).execute(Add.of('c1', 5));
    expect(await app.get(LogMaintenance).verifyLog()).toMatchObject({ streams: 1, events: 1, problems: [] });
  });

  it('imports history that is projected at the next start, without its side effects', async () => {
    const source = await boot(survivingMemory(), new ManualClock(1_000));
    for (const amount of [1, 2, 3]) await source.get(EventStore).append(stream('c1'), [{ data: Added.of(amount) }]);
    const lines = await collect(source.get(LogMaintenance).exportLog());

    const eventStore = survivingMemory();
    const clock = new ManualClock(2_000);
    const importing = await boot(eventStore, clock);
    expect(await importing.get(LogMaintenance).importLog(lines)).toMatchObject({ events: 3 });
    await importing.close();

    clock.time = 3_000;
    const app = await boot(eventStore, clock);
    await eventually(async () =>
      expect(await app.get(Projections).get(Totals, 'c1', { tenantId: acme })).toEqual({ total: 6, events: 3 }),
    );
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(4) }]);
    await eventually(() =>
      expect(app.get(Seen).reactions.map(({ sequence, total }) => [sequence, total])).toEqual([[4, 10]]),
    );
    // Tenants that were not imported react to everything of theirs.
    await app.get(EventStore).append(stream('c1', globex), [{ data: Added.of(4) }]);
    await eventually(() => expect(app.get(Seen).reactions).toHaveLength(2));
  });

  it('is silent about history that was imported while it ran', async () => {
    const source = await boot(survivingMemory(), new ManualClock(1_000));
    for (const amount of [1, 2, 3]) await source.get(EventStore).append(stream('c1'), [{ data: Added.of(amount) }]);
    const lines = await collect(source.get(LogMaintenance).exportLog());

    // A component that has always reacted, also to what was recorded before the import.
    const clock = new ManualClock(2_000);
    const app = await boot(survivingMemory(), clock);
    await app.get(LogMaintenance).importLog(lines);
    clock.time = 3_000;
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(4) }]);
    await eventually(() =>
      expect(app.get(Seen).reactions.map(({ sequence, total }) => [sequence, total])).toEqual([[4, 10]]),
    );
  });

  it('forgets a tenant with everything that is derived from its log', async () => {
    const app = await boot();
    const projections = app.get(Projections);
    for (const tenantId of [acme, globex]) {
      await app.get(EventStore).append(stream('c1', tenantId), [{ data: Added.of(1) }, { data: Added.of(2) }]);
    }
    await eventually(async () => expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, running: 0 }));
    expect(await app.get(LogMaintenance).forgetTenant(acme)).toEqual({
      jobs: 0,
      streams: 1,
      events: 2,
      projectionRows: 1,
      records: 2,
    });
    expect(await projections.get(Totals, 'c1', { tenantId: acme })).toBeNull();
    expect(await projections.records(Additions, 'c1', { tenantId: acme })).toEqual([]);
    expect(await projections.get(Totals, 'c1', { tenantId: globex })).toEqual({ total: 3, events: 2 });
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(7) }], { expectedSequence: 'no-stream' });
    await eventually(async () =>
      expect(await projections.get(Totals, 'c1', { tenantId: acme })).toEqual({ total: 7, events: 1 }),
    );
  });

  it('remembers no state of a tenant that was forgotten and comes back', async () => {
    const eventStore = survivingMemory();
    const one = await boot(eventStore);
    const other = await boot(eventStore);
    const total = async () => one.get(Projections).get(Totals, 'c1', { tenantId: acme });
    await one.get(EventStore).append(stream('c1'), [{ data: Added.of(5) }]);
    await eventually(async () => expect(await total()).toEqual({ total: 5, events: 1 }));
    await one.get(LogMaintenance).forgetTenant(acme);
    await other.get(EventStore).append(stream('c1'), [{ data: Added.of(100) }]);
    await eventually(async () => expect(await total()).toEqual({ total: 100, events: 1 }));
    await one.get(EventStore).append(stream('c1'), [{ data: Added.of(7) }]);
    await eventually(async () => expect(await total()).toEqual({ total: 107, events: 2 }));
  });

  it('finds what was never dispatched of a stream that retention had emptied, for maps too', async () => {
    const day = 86_400_000;
    const eventStore = survivingMemory();
    const clock = new ManualClock(day);
    const records = (app: INestApplicationContext) => app.get(Projections).records(Additions, 'c1', { tenantId: acme });
    const first = await boot(eventStore, clock);
    const added = [1, 2, 3].map((amount) => ({ data: Added.of(amount) }));
    await first.get(EventStore).append(stream('c1'), added);
    await eventually(async () => expect(await records(first)).toHaveLength(3));
    clock.time = 5 * day;
    await first.get(LogMaintenance).applyRetention({ tenantId: acme, olderThanDays: 3 });
    await first.close();

    await eventStore.storage.events.append(stream('c1'), [{ data: Added.of(4) }]);
    const second = await boot(eventStore, clock);
    await eventually(async () => expect(await records(second)).toHaveLength(4));
  });

  it('goes on folding a stream that retention has emptied', async () => {
    const day = 86_400_000;
    const eventStore = survivingMemory();
    const clock = new ManualClock(day);
    const app = await boot(eventStore, clock);
    const total = async () => app.get(Projections).get(Totals, 'c1', { tenantId: acme });
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }, { data: Added.of(2) }]);
    await eventually(async () => expect(await total()).toEqual({ total: 3, events: 2 }));
    clock.time = 5 * day;
    const removed = await app.get(LogMaintenance).applyRetention({ tenantId: acme, olderThanDays: 3 });
    expect(removed).toEqual({ streams: 1, events: 2 });
    expect(await total()).toEqual({ total: 3, events: 2 });
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(4) }], { expectedSequence: 2 });
    await eventually(async () => expect(await total()).toEqual({ total: 7, events: 3 }));
  });
});

import { describe, expect, it, vi } from 'vitest';
import {
  type AmbientContext,
  Clock,
  EventStore,
  type FoldHandler,
  FoldProjection,
  Projections,
  Reactor,
  type RecordedEvent,
} from '../../lib/index.js';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { appWith, start, stream } from '../support/apps.js';
import { Added, acme } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { ManualClock } from '../support/manual-clock.js';
import { survivingMemory } from '../support/memories.js';
import { silentLogger } from '../support/silent-logger.js';

const tenant: Pick<AmbientContext, 'tenantId'> = { tenantId: acme };

interface Mailing {
  readonly fold: Type<FoldHandler<{ events: number }>>;
  readonly mailer: Type;
}

/** A fold in a version, and a reactor that notes what it mails. */
function mailing(version: number, mails: string[]): Mailing {
  @FoldProjection({ name: 'counted', version })
  class Counted implements FoldHandler<{ events: number }> {
    init(): { events: number } {
      return { events: 0 };
    }
    apply({ events }: { events: number }): { events: number } {
      return { events: events + 1 };
    }
  }
  @Reactor({ name: 'mailer', fold: Counted })
  class Mailer {
    handle({ sequence }: RecordedEvent): void {
      mails.push(`v${version} #${sequence}`);
    }
  }
  return { fold: Counted, mailer: Mailer };
}

describe('the side effects of a fold that comes into being', () => {
  const counts = (app: INestApplicationContext, { fold }: Mailing, events: number): Promise<void> =>
    eventually(async () => expect(await app.get(Projections).get(fold, 'c1', tenant)).toEqual({ events }));

  const boot = (providers: Type[], eventStore = survivingMemory(), clock = new ManualClock()) =>
    start(appWith(providers, { eventStore }), (builder) =>
      builder.setLogger(silentLogger).overrideProvider(Clock).useValue(clock),
    );

  it('happen for what another process saw come, which was the first to know the fold', async () => {
    const clock = new ManualClock(1_000);
    const mails: string[] = [];
    const eventStore = survivingMemory();
    const writer = await boot([], eventStore, clock);
    await writer.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }]);
    const { projections } = eventStore.storage;
    const save = projections.save.bind(projections);
    // The other process found no history, and comes in between.
    vi.spyOn(projections, 'save').mockImplementationOnce(async (rows) => {
      await save(rows.map((row) => ({ ...row, updatedAt: 0 })));
      await save(rows);
    });
    clock.time = 2_000;
    const one = mailing(1, mails);
    const app = await boot([one.fold, one.mailer], eventStore, clock);
    await counts(app, one, 1);
    await eventually(() => expect(mails).toEqual(['v1 #1']));
  });

  it('do not happen for what was recorded before it, and do for what comes after', async () => {
    const eventStore = survivingMemory();
    const clock = new ManualClock(1_000);
    const mails: string[] = [];
    const writer = await boot([], eventStore, clock);
    await writer.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }, { data: Added.of(2) }]);
    await writer.close();

    clock.time = 2_000;
    const added = mailing(1, mails);
    const app = await boot([added.fold, added.mailer], eventStore, clock);
    await counts(app, added, 2);
    clock.time = 3_000;
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(3) }]);
    await eventually(() => expect(mails).toEqual(['v1 #3']));
  });

  it('do not happen anew when its version is raised', async () => {
    const eventStore = survivingMemory();
    const clock = new ManualClock(1_000);
    const mails: string[] = [];
    const one = mailing(1, mails);
    const first = await boot([one.fold, one.mailer], eventStore, clock);
    for (const amount of [1, 2]) await first.get(EventStore).append(stream('c1'), [{ data: Added.of(amount) }]);
    await eventually(() => expect(mails).toEqual(['v1 #1', 'v1 #2']));
    await first.close();

    clock.time = 2_000;
    const two = mailing(2, mails);
    const second = await boot([two.fold, two.mailer], eventStore, clock);
    await counts(second, two, 2);
    clock.time = 3_000;
    await second.get(EventStore).append(stream('c1'), [{ data: Added.of(3) }]);
    await eventually(() => expect(mails).toEqual(['v1 #1', 'v1 #2', 'v2 #3']));
    await second.close();

    // What it was born at is on record, so a later start is not a birth.
    clock.time = 4_000;
    await eventStore.storage.events.append(stream('c1'), [{ data: Added.of(4) }]);
    clock.time = 5_000;
    await boot([two.fold, two.mailer], eventStore, clock);
    await eventually(() => expect(mails).toEqual(['v1 #1', 'v1 #2', 'v2 #3', 'v2 #4']));
  });

  it('happen for an event of the very millisecond in which it was born', async () => {
    const eventStore = survivingMemory();
    const clock = new ManualClock(1_000);
    const mails: string[] = [];
    const writer = await boot([], eventStore, clock);
    await writer.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }]);
    await writer.close();

    clock.time = 2_000;
    const added = mailing(1, mails);
    const app = await boot([added.fold, added.mailer], eventStore, clock);
    await app.get(EventStore).append(stream('c1'), [{ data: Added.of(2) }]);
    await eventually(() => expect(mails).toEqual(['v1 #2']));
  });

  it('happen for what a crash left undispatched', async () => {
    const eventStore = survivingMemory();
    const clock = new ManualClock(1_000);
    const mails: string[] = [];
    const kept = mailing(1, mails);
    await (await boot([kept.fold, kept.mailer], eventStore, clock)).close();

    clock.time = 2_000;
    await eventStore.storage.events.append(stream('c1'), [{ data: Added.of(1) }, { data: Added.of(2) }]);
    clock.time = 3_000;
    await boot([kept.fold, kept.mailer], eventStore, clock);
    await eventually(() => expect(mails).toEqual(['v1 #1', 'v1 #2']));
  });
});

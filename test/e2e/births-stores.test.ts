import { type Provider, type Type } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Clock,
  EventStore,
  EventSubscription,
  GroupQueue,
  LogMaintenance,
  memory,
  On,
  ProcessManager,
  type RecordedEvent,
  type StorageAdapter,
} from '../../lib/index.js';
import { appWith, start, stream } from '../support/apps.js';
import { collect } from '../support/collect.js';
import { acme, Added } from '../support/counter-app.js';
import { DURABLE_STORES, type DurableStores } from '../support/durable-stores.js';
import { eventually } from '../support/eventually.js';
import { ShiftedClock } from '../support/shifted-clock.js';
import { silentLogger } from '../support/silent-logger.js';

const HOUR_MS = 3_600_000;

/** A subscription and a process manager that note what they are told. */
function listening(told: string[]): Provider[] {
  @EventSubscription({ name: 'listening', query: { events: [Added] } })
  class Listening {
    async handle(events: readonly RecordedEvent<Added>[]): Promise<void> {
      told.push(...events.map(({ data }) => `subscription ${data.amount}`));
    }
  }
  @ProcessManager({ name: 'deciding' })
  class Deciding {
    initialState(): object {
      return {};
    }
    @On(Added)
    added(state: object, { data }: RecordedEvent<Added>): object {
      told.push(`process ${data.amount}`);
      return state;
    }
  }
  return [Listening, Deciding];
}

describe.each(DURABLE_STORES)('what comes into being on %s', (_, startServer) => {
  let stores: DurableStores;
  beforeAll(async () => void (stores = await startServer()));
  afterAll(() => stores.stop());

  const boot = (eventStore: StorageAdapter, providers: Provider[], aheadMs: number) => {
    const clock = new ShiftedClock();
    clock.aheadMs = aheadMs;
    const app: Type = appWith(providers, { eventStore });
    return start(app, (builder) => builder.setLogger(silentLogger).overrideProvider(Clock).useValue(clock));
  };

  it.each([HOUR_MS, -HOUR_MS])(
    'is told what is recorded from then on, by a clock that is off by %i ms',
    async (aheadMs) => {
      const open = await stores.create();
      const before = await boot(open(), [], 0);
      await before.get(EventStore).append(stream('old'), [{ data: Added.of(1) }]);
      await before.close();
      const told: string[] = [];
      const app = await boot(open(), listening(told), aheadMs);
      await app.get(EventStore).append(stream('new'), [{ data: Added.of(2) }]);
      await eventually(() => expect(told.toSorted()).toEqual(['process 2', 'subscription 2']));
      await eventually(async () => expect(await app.get(GroupQueue).depth()).toMatchObject({ jobs: 0, running: 0 }));
      expect(told).toHaveLength(2);
    },
  );

  it('is told what is recorded after an import, and nothing that was imported, by a clock that is off', async () => {
    const source = await boot(memory(), [], 0);
    await source.get(EventStore).append(stream('old'), [{ data: Added.of(1) }]);
    const lines = await collect(source.get(LogMaintenance).exportLog({ tenantId: acme }));
    const open = await stores.create();
    const told: string[] = [];
    const importing = await boot(open(), listening(told), HOUR_MS);
    await importing.get(LogMaintenance).importLog(lines);
    await importing.close();
    const app = await boot(open(), listening(told), HOUR_MS);
    await app.get(EventStore).append(stream('new'), [{ data: Added.of(2) }]);
    await eventually(() => expect(told.toSorted()).toEqual(['process 2', 'subscription 2']));
  });
});

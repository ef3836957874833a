import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventStore, GroupQueue, inProcessQueue, Reactor, type RecordedEvent } from '../../lib/index.js';
import { appWith, start, stream } from '../support/apps.js';
import { Added, Totals } from '../support/counter-app.js';
import { DURABLE_STORES, type DurableStores } from '../support/durable-stores.js';
import { eventually } from '../support/eventually.js';

describe.each(DURABLE_STORES)('durable reactors on %s', (_, startServer) => {
  let stores: DurableStores;
  beforeAll(async () => void (stores = await startServer()));
  afterAll(() => stores.stop());

  it('lose nothing with the queue, repeat nothing that is on record, and are silent about the past', async () => {
    const open = await stores.create();
    const seen: string[] = [];
    let isDown = true;
    @Reactor({ name: 'durable', fold: Totals, durable: true, exact: true })
    class Durable {
      handle({ aggregateId, sequence }: RecordedEvent): void {
        if (isDown) throw new Error('down');
        seen.push(`${aggregateId}#${sequence}`);
      }
    }
    const boot = (providers: (typeof Totals | typeof Durable)[]) =>
      start(appWith(providers, { eventStore: open(), queue: inProcessQueue({ drainTimeoutMs: 50 }) }));
    const of = (id: string): readonly string[] => seen.filter((one) => one.startsWith(id));

    const before = await boot([Totals]);
    await before.get(EventStore).append(stream('c1'), [{ data: Added.of(1) }]);
    await eventually(async () => expect(await before.get(GroupQueue).depth()).toMatchObject({ jobs: 0 }));
    await before.close();

    const first = await boot([Totals, Durable]);
    await first.get(EventStore).append(stream('c1'), [{ data: Added.of(2) }, { data: Added.of(3) }]);
    await first.get(EventStore).append(stream('c2'), [{ data: Added.of(4) }]);
    await eventually(async () => expect(await first.get(GroupQueue).control.failingLanes()).toHaveLength(2));
    await first.close();

    isDown = false;
    const second = await boot([Totals, Durable]);
    await eventually(() => expect([of('c1'), of('c2')]).toEqual([['c1#2', 'c1#3'], ['c2#1']]), 20_000);
    await eventually(async () => expect(await second.get(GroupQueue).depth()).toMatchObject({ jobs: 0 }));
    await second.close();

    const third = await boot([Totals, Durable]);
    await third.get(EventStore).append(stream('c1'), [{ data: Added.of(5) }]);
    await eventually(() => expect(of('c1')).toEqual(['c1#2', 'c1#3', 'c1#4']), 20_000);
    expect(of('c2')).toEqual(['c2#1']);
  });
});

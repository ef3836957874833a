import type { INestApplicationContext } from '@nestjs/common';
import { expect, it } from 'vitest';
import { EventStore, Projections } from '../../lib/index.js';
import { stream } from '../support/apps.js';
import { collect } from '../support/collect.js';
import { Added, acme, Additions, Totals } from '../support/counter-app.js';
import { eventually } from '../support/eventually.js';
import { Names, NextTotals, Renamed } from '../support/next-release.js';
import { RoleFleet } from '../support/role-fleet.js';

const LEASE_MS = 1_000;
const SETTLE_TIMEOUT_MS = 30_000;

const fleet = new RoleFleet(LEASE_MS);

/** The projections of both releases hold what the log says, read by an application of each. */
async function expectBoth(old: INestApplicationContext, next: INestApplicationContext, id: string): Promise<void> {
  const of = { tenantId: acme };
  await eventually(async () => {
    const log = await collect(old.get(EventStore).read(stream(id)));
    const amounts = log.flatMap(({ data }) => (data instanceof Added ? [data.amount] : []));
    const names = log.flatMap(({ data }) => (data instanceof Renamed ? [data.name] : []));
    const total = amounts.reduce((sum, amount) => sum + amount, 0);
    const [one, two] = [old.get(Projections), next.get(Projections)];
    expect(await one.get(Totals, id, of)).toEqual({ total, events: amounts.length });
    expect(await two.get(NextTotals, id, of)).toEqual({ total, largest: Math.max(...amounts) });
    const [additions, renames] = await Promise.all([
      one.records(Additions, id, { ...of, limit: 1_000 }),
      two.records(Names, id, { ...of, limit: 1_000 }),
    ]);
    expect(additions.map(({ record }) => record.amount)).toEqual(amounts);
    expect(renames.map(({ record }) => record.name)).toEqual(names);
  }, SETTLE_TIMEOUT_MS);
}

it('what a process of either release appends reaches the projections of both', async () => {
  const old = await fleet.boot('worker');
  const append = (app: INestApplicationContext, id: string, data: object): Promise<unknown> =>
    app.get(EventStore).append(stream(id), [{ data }]);
  await append(old, 'c', Added.of(1));
  await append(old, 'c', Renamed.of('before'));
  const next = await fleet.boot('worker', { release: 'next' });
  await append(old, 'c', Added.of(2));
  await append(next, 'c', Added.of(4));
  await append(next, 'd', Added.of(16));
  await append(old, 'd', Renamed.of('after'));
  await append(old, 'd', Added.of(8));
  await append(old, 'c', Renamed.of('last'));
  await expectBoth(old, next, 'c');
  await expectBoth(old, next, 'd');
});

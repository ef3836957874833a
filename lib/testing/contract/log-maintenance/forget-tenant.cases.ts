import { InvalidTenantError } from '../../../tenancy/invalid-tenant.error.js';
import type { TenantId } from '../../../tenancy/tenant-id.js';
import { collect } from '../collect.js';
import { items, newStream, storedItems, upTo } from '../event-store/event-store-cases.js';
import { linesOf, type LogMaintenanceCases } from './log-maintenance-cases.js';

export function forgetTenantCases({ expect, test, storage, queue, maintenance }: LogMaintenanceCases): void {
  /** Something of the tenant everywhere. */
  async function fill(tenantId: TenantId): Promise<void> {
    const { events, log, projections, records } = storage();
    const stream = { tenantId, aggregateType: 'basket', aggregateId: 'one' };
    const old = { ...stream, aggregateId: 'old' };
    await log.restore(old, storedItems(old, upTo(3)));
    await maintenance().applyRetention({ tenantId, olderThanDays: 1 });
    const { stored } = await events.append(stream, items(4), { key: 'k' });
    const projection = { tenantId, projection: 'p', version: 1 };
    const row = { ...projection, id: 'one', state: { n: 1 }, updatedAt: 5 };
    await projections.save([
      { ...row, sequence: 1 },
      { ...row, id: 'two', sequence: 1, state: null },
    ]);
    await projections.save([{ ...row, sequence: 2 }]);
    await records.append(
      stored.slice(0, 3).map(({ id: eventId, sequence, recordedAt }) => ({
        ...projection,
        aggregateId: 'one',
        sequence,
        eventId,
        record: { sequence },
        recordedAt,
      })),
    );
    const lane = { tenantId, kind: 'map', component: 'p@1', aggregateType: 'basket' } as const;
    await queue().stage(
      ['a', 'b'].map((id) => ({
        lane: { ...lane, id },
        job: { kind: 'map', aggregateId: 'one', from: 1, to: 4, events: stored },
      })),
    );
  }

  test('leaves nothing of the tenant anywhere, and touches no other', async () => {
    const { tenantId } = newStream();
    const { tenantId: other } = newStream();
    // The one is the beginning of the other's name.
    const similar = `${tenantId}x` as TenantId;
    for (const tenant of [tenantId, other, similar]) await fill(tenant);
    expect(await storage().tablesWith(tenantId)).not.toEqual([]);
    const before = await Promise.all(
      [other, similar].map((tenant) => linesOf(maintenance().exportLog({ tenantId: tenant }))),
    );
    const { jobs } = await queue().depth();

    expect(await maintenance().forgetTenant(tenantId)).toEqual({
      jobs: 2,
      streams: 2,
      events: 4,
      projectionRows: 2,
      records: 3,
    });
    expect(await queue().depth()).toMatchObject({ jobs: jobs - 2 });
    await maintenance().forgetTenant(similar);
    expect(await storage().tablesWith(tenantId)).toEqual([]);
    expect(await maintenance().forgetTenant(tenantId)).toEqual({
      jobs: 0,
      streams: 0,
      events: 0,
      projectionRows: 0,
      records: 0,
    });
    expect(await linesOf(maintenance().exportLog({ tenantId: other }))).toEqual(before[0]);
    const key = { tenantId: other, projection: 'p', version: 1 };
    expect(await storage().projections.load([{ ...key, id: 'one' }])).toMatchObject([{ sequence: 2 }]);
    expect(await storage().records.read({ ...key, aggregateId: 'one' })).toHaveLength(3);
    expect(await queue().depth()).toMatchObject({ jobs: jobs - 4 });
    await maintenance().forgetTenant(other);

    await fill(tenantId);
    expect(await collect(storage().events.scan({ tenantId }))).toHaveLength(4);
    await maintenance().forgetTenant(tenantId);
  });

  test('refuses what is no tenant', async () => {
    for (const tenantId of ['', undefined, null, 7]) {
      await expect(maintenance().forgetTenant(tenantId as never)).rejects.toBeInstanceOf(InvalidTenantError);
    }
  });
}

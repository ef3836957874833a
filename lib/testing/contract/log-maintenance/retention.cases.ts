import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import { InvalidTenantError } from '../../../tenancy/invalid-tenant.error.js';
import { collect } from '../collect.js';
import { newStream, storedItems, upTo } from '../event-store/event-store-cases.js';
import type { LogMaintenanceCases } from './log-maintenance-cases.js';

const DAY_MS = 86_400_000;

export function retentionCases({ expect, test, storage, maintenance }: LogMaintenanceCases): void {
  test('empties the streams whose last event is older than so many days, and leaves projections as they are', async () => {
    const old = newStream();
    const { tenantId } = old;
    const younger = { ...old, aggregateId: 'younger' };
    const daysAgo = (days: number, stream: typeof old) =>
      storedItems(stream, upTo(2)).map(({ event }) => ({
        event: { ...event, recordedAt: Date.now() - days * DAY_MS },
      }));
    await storage().log.restore(old, daysAgo(31, old));
    await storage().log.restore(younger, daysAgo(29, younger));
    const row = { tenantId, projection: 'p', version: 1, id: 'one', sequence: 2, state: { n: 2 }, updatedAt: 5 };
    await storage().projections.save([row]);
    expect(await maintenance().applyRetention({ tenantId, olderThanDays: 30 })).toEqual({ streams: 1, events: 2 });
    expect(await collect(storage().events.read(old))).toEqual([]);
    expect(await collect(storage().events.read(younger))).toHaveLength(2);
    expect(await storage().events.head(old)).toBe(2);
    expect(await storage().projections.load([row])).toEqual([row]);
  });

  test('refuses what is no retention', async () => {
    const { tenantId } = newStream();
    for (const olderThanDays of [0, -1, 0.5, Number.NaN, undefined as never]) {
      await expect(maintenance().applyRetention({ tenantId, olderThanDays })).rejects.toBeInstanceOf(
        InvalidArgumentError,
      );
    }
    const noTenant = { olderThanDays: 5 } as never;
    await expect(maintenance().applyRetention(noTenant)).rejects.toBeInstanceOf(InvalidTenantError);
  });
}

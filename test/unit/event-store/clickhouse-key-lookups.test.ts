import { describe, expect, it } from 'vitest';
import { KeyLookups } from '../../../lib/event-store/clickhouse/key-lookups.js';
import type { KeyInStream } from '../../../lib/event-store/clickhouse/stream-reader.js';
import type { StoredEvent } from '../../../lib/events/stored-event.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { gate } from '../../support/gate.js';

const aKey = (id: number): KeyInStream => ({
  stream: { tenantId: createTenantId('acme'), aggregateType: 'basket', aggregateId: `b-${id}` },
  key: `k-${id}`,
});

/** Finds whatever it is asked for, once the gate is open. */
class Log {
  readonly queries: number[] = [];
  readonly gate = gate();
  fails = false;

  async appended(wanted: readonly KeyInStream[]): Promise<Map<string, Map<string, StoredEvent[]>>> {
    this.queries.push(wanted.length);
    const fails = this.fails;
    await this.gate.opened;
    if (fails) throw new Error('away');
    return new Map(wanted.map(({ key }) => [key, new Map()]));
  }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('KeyLookups', () => {
  it('asks once for all that is wanted at one time, and once for all that comes meanwhile', async () => {
    const log = new Log();
    const lookups = new KeyLookups(log, () => 0);
    const first = Array.from({ length: 100 }, (_, id) => lookups.find([aKey(id)]));
    await nextTurn();
    const second = Array.from({ length: 50 }, (_, id) => lookups.find([aKey(100 + id), aKey(200 + id)]));
    await nextTurn();
    expect(log.queries).toEqual([100]);
    log.gate.open();
    expect((await first[7]!).has('k-7')).toBe(true);
    const found = await second[49]!;
    expect([found.has('k-149'), found.has('k-249'), found.has('k-7')]).toEqual([true, true, false]);
    expect(log.queries).toEqual([100, 100]);
  });

  it('tells all who asked of a failure, and asks again for those who come later', async () => {
    const log = new Log();
    log.gate.open();
    log.fails = true;
    const lookups = new KeyLookups(log, () => 0);
    const failed = await Promise.allSettled([lookups.find([aKey(1)]), lookups.find([aKey(2)])]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    log.fails = false;
    expect((await lookups.find([aKey(3)])).has('k-3')).toBe(true);
    expect(log.queries).toEqual([2, 1]);
  });
});

import { expect, test } from 'vitest';
import { resolveOptions } from '../../../lib/event-store/clickhouse/clickhouse-event-store-options.js';
import { LaneQueue } from '../../../lib/event-store/clickhouse/lane-queue.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { gate } from '../../support/gate.js';

const tenantId = createTenantId('t');

test('a tenant that is held twice stands still until both have let go of it', async () => {
  const queue = new LaneQueue(
    resolveOptions({}),
    { prepare: () => undefined, refresh: async () => undefined, rest: () => undefined, candidates: () => [] },
    { ready: () => undefined, rested: () => undefined },
  );
  const asked = (id: string): Promise<readonly string[]> =>
    new Promise((resolve, reject) => {
      const stream = { tenantId, aggregateType: 'a', aggregateId: id };
      queue.submit({ kind: 'lookup', stream, keys: ['k'], since: performance.now(), resolve, reject });
    });
  for (const order of [0, 1]) {
    const gates = [gate(), gate()];
    for (const { opened } of gates) queue.holdTenant(tenantId, opened);
    let answered = false;
    gates[order]!.open();
    const answer = asked(`${order}`).then(() => (answered = true));
    await new Promise(setImmediate);
    const later = asked(`later ${order}`).then(() => (answered = true));
    await new Promise(setImmediate);
    expect(answered).toBe(false);
    gates[1 - order]!.open();
    await Promise.all([answer, later]);
  }
});

import type { StoredEvent } from '../../../lib/events/stored-event.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';

const PAYLOAD_BYTES = 700;
const payload = JSON.stringify({ text: 'x'.repeat(PAYLOAD_BYTES), price: 12.5, tags: ['a', 'b', 'c'], open: true });

/** About 1 KB as JSON. @param sentAt milliseconds of the machine's monotonic clock */
export function benchEvent(lane: number, sequence: number, tenant = 'bench', sentAt = 0): StoredEvent {
  return {
    id: `01890000-0000-7000-8000-${String(sequence).padStart(12, '0')}` as StoredEvent['id'],
    tenantId: createTenantId(tenant),
    aggregateType: 'bench',
    aggregateId: `lane-${lane}`,
    sequence,
    type: 'bench.happened',
    version: 1,
    payload,
    tags: [],
    metadata: { correlationId: 'c', causationId: 'd' } as StoredEvent['metadata'],
    occurredAt: 1_700_000_000_000,
    recordedAt: sentAt,
  };
}

/** The same for all processes of a machine. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}

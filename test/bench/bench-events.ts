import { randomUUID } from 'node:crypto';
import type { StreamId } from '../../lib/event-store/stream-id.js';
import type { NewEvent } from '../../lib/events/new-event.js';
import { createTenantId } from '../../lib/tenancy/create-tenant-id.js';
import { Noted } from '../support/contract-events.js';

export const TENANT = createTenantId('bench');

/** About 400 bytes of JSON, as a span or an order has. */
export function anEvent(): NewEvent {
  return { data: new Noted({ id: randomUUID(), text: 'x'.repeat(340) }) };
}

export function aStream(aggregateId: string = randomUUID()): StreamId {
  return { tenantId: TENANT, aggregateType: 'bench', aggregateId };
}

import { randomUUID } from 'node:crypto';
import type { EventStore } from '../../../lib/event-store/event-store.js';
import type { StreamId } from '../../../lib/event-store/stream-id.js';
import type { RecordedEvent } from '../../../lib/events/recorded-event.js';
import type { StorageContext } from '../../../lib/storage/storage.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { ItemAdded } from '../../support/contract-events.js';
import type { ContractTest } from '../known-differences.js';

/** What the cases of one adapter are declared with. */
export interface EventStoreCases {
  readonly test: ContractTest;
  readonly store: () => EventStore;
  readonly context: () => StorageContext;
  /** Resolves when `readAll` gives all that was appended before. */
  readonly settle: () => Promise<void>;
}

/** A stream of a tenant that no other case knows. */
export function newStream(parts: { readonly aggregateType?: string; readonly aggregateId?: string } = {}): StreamId {
  return {
    tenantId: createTenantId(`tenant-${randomUUID()}`),
    aggregateType: parts.aggregateType ?? 'basket',
    aggregateId: parts.aggregateId ?? 'one',
  };
}

/** Events named n1, n2 … */
export function items(count: number, prefix = 'n'): { data: ItemAdded }[] {
  return Array.from({ length: count }, (_, index) => ({ data: new ItemAdded(`${prefix}${index + 1}`) }));
}

/** The names of items. */
export function names(events: readonly RecordedEvent[]): string[] {
  return events.map(({ data }) => (data as ItemAdded).name);
}

export function sequences(events: readonly RecordedEvent[]): number[] {
  return events.map(({ sequence }) => sequence);
}

export function upTo(last: number, first = 1): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

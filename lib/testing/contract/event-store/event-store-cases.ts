import { randomUUID } from 'node:crypto';
import type { EventLog } from '../../../event-store/event-log.js';
import type { KeyedEvent } from '../../../event-store/log-row.js';
import type { EventStore } from '../../../event-store/event-store.js';
import type { StreamId } from '../../../event-store/stream-id.js';
import { SystemClock } from '../../../clock/system-clock.js';
import { UuidIdGenerator } from '../../../events/uuid-id-generator.js';
import type { RecordedEvent } from '../../../events/recorded-event.js';
import type { StorageContext } from '../../../storage/storage.js';
import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import { ItemAdded } from '../contract-events.js';
import type { ContractTest } from '../contract-test.js';
import type { Describe, Expect } from '../test-runner.js';

const ids = new UuidIdGenerator(new SystemClock());

/** In milliseconds since the epoch. */
export const LONG_AGO = Date.UTC(2020, 0, 1);

/** What the cases of one adapter are declared with. */
export interface EventStoreCases {
  readonly expect: Expect;
  readonly test: ContractTest;
  /** Its cases may run at the same time. */
  readonly together: Describe;
  readonly store: () => EventStore;
  readonly log: () => EventLog;
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

/** Events of a stream as another log would give them, recorded long ago, one after the other. */
export function storedItems(stream: StreamId, sequencesOf: readonly number[], key?: string): KeyedEvent[] {
  return sequencesOf.map((sequence) => ({
    event: {
      ...stream,
      id: ids.next(),
      sequence,
      type: 'contract.item_added',
      version: 2,
      payload: JSON.stringify({ name: `n${sequence}`, quantity: 1 }),
      tags: ['restored', `n${sequence}`],
      metadata: { userId: 'somebody' },
      occurredAt: LONG_AGO - 1_000 + sequence,
      recordedAt: LONG_AGO + sequence,
    },
    ...(key !== undefined && { key }),
  }));
}

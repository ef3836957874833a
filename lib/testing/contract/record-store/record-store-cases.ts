import { randomUUID } from 'node:crypto';
import { SystemClock } from '../../../clock/system-clock.js';
import { UuidIdGenerator } from '../../../events/uuid-id-generator.js';
import type { RecordRow } from '../../../projections/stores/record-row.js';
import type { RecordStore } from '../../../projections/stores/record-store.js';
import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import type { ContractTest } from '../contract-test.js';
import type { Expect } from '../test-runner.js';

/** What the cases of one adapter are declared with. */
export interface RecordStoreCases {
  readonly expect: Expect;
  readonly test: ContractTest;
  readonly store: () => RecordStore;
}

const ids = new UuidIdGenerator(new SystemClock());
const RECORDED_AT = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** Names the records of one aggregate of a tenant, and by default of a projection, that no other case knows. */
export function newAggregate(): Pick<RecordRow, 'tenantId' | 'projection' | 'version' | 'aggregateId'> {
  const run = randomUUID();
  return { tenantId: createTenantId(`tenant-${run}`), projection: `records-${run}`, version: 1, aggregateId: 'one' };
}

export function record(
  aggregate: ReturnType<typeof newAggregate>,
  sequence: number,
  value?: RecordRow['record'],
): RecordRow {
  return {
    ...aggregate,
    sequence,
    eventId: ids.next(),
    record: value === undefined ? { n: sequence } : value,
    recordedAt: RECORDED_AT + sequence,
  };
}

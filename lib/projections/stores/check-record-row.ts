import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import { checkText } from '../../event-store/check-stream.js';
import type { EventId } from '../../events/event-id.js';
import { createTenantId } from '../../tenancy/create-tenant-id.js';
import { checkArray, checkInteger, checkProjectionVersion, checkTimeMs } from './check-fields.js';
import { encodeJson } from './encode-json.js';
import type { RecordRow } from './record-row.js';
import type { RecordQuery, RecordRange } from './record-store.js';

/** Most records of one read. */
const MAX_LIMIT = 10_000;
const DEFAULT_LIMIT = 1_000;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A row with its record as JSON text, as stores keep it. */
export interface EncodedRecordRow extends Omit<RecordRow, 'record'> {
  readonly record: string;
}

/** @throws InvalidTenantError @throws InvalidArgumentError */
export function checkRecordRows(rows: readonly RecordRow[]): readonly EncodedRecordRow[] {
  return checkArray('rows', rows).map((row, index) => {
    const field = `rows[${index}].`;
    const given = (row ?? {}) as Partial<RecordRow>;
    return {
      tenantId: createTenantId(given.tenantId),
      ...checkProjectionVersion(field, given),
      aggregateId: checkText(`${field}aggregateId`, given.aggregateId),
      sequence: checkInteger(`${field}sequence`, given.sequence, 1),
      eventId: checkEventId(`${field}eventId`, given.eventId),
      record: encodeJson(`${field}record`, given.record),
      recordedAt: checkTimeMs(`${field}recordedAt`, given.recordedAt),
    };
  });
}

/** @throws InvalidTenantError @throws InvalidArgumentError */
export function checkRecordQuery(query: RecordQuery): Required<RecordQuery> {
  const given = (query ?? {}) as Partial<RecordQuery>;
  const { after = 0, limit = DEFAULT_LIMIT } = given;
  return {
    tenantId: createTenantId(given.tenantId),
    ...checkProjectionVersion('query.', given),
    aggregateId: checkText('query.aggregateId', given.aggregateId),
    after: checkInteger('query.after', after, 0),
    limit: checkInteger('query.limit', limit, 1, MAX_LIMIT),
  };
}

/** @throws InvalidTenantError @throws InvalidArgumentError */
export function checkRecordRange(range: RecordRange): RecordRange {
  const given = (range ?? {}) as Partial<RecordRange>;
  return {
    tenantId: createTenantId(given.tenantId),
    ...checkProjectionVersion('range.', given),
    aggregateId: checkText('range.aggregateId', given.aggregateId),
    from: checkInteger('range.from', given.from, 1),
    to: checkInteger('range.to', given.to, 1),
  };
}

export function decodeRecordRow(row: EncodedRecordRow): RecordRow {
  return { ...row, record: JSON.parse(row.record) as RecordRow['record'] };
}

function checkEventId(field: string, id: unknown): EventId {
  if (typeof id !== 'string' || !UUID.test(id))
    throw new InvalidArgumentError(field, 'must be a UUID as lower-case text');
  return id as EventId;
}

import { ClosedError } from '../../../errors/closed.error.js';
import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import type { EventId } from '../../../events/event-id.js';
import type { PostgresConnection } from '../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../postgres/schema-names.js';
import type { TenantId } from '../../../tenancy/tenant-id.js';
import { checkProjectionScope, checkProjectionVersion } from '../check-fields.js';
import type { ProjectionScope } from '../check-fields.js';
import { checkRecordQuery, checkRecordRange, checkRecordRows, decodeRecordRow } from '../check-record-row.js';
import type { EncodedRecordRow } from '../check-record-row.js';
import { firstOfEachEvent } from '../merge-rows.js';
import type { RecordRow } from '../record-row.js';
import { RecordStore } from '../record-store.js';
import type { RecordCount, RecordQuery, RecordRange } from '../record-store.js';
import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import { RowWriter } from '../row-writer.js';
import { appendRecords } from './sql/append-records.js';
import { countRange } from './sql/count-range.js';
import type { RangeCount } from './sql/count-range.js';
import { countRecords } from './sql/count-records.js';
import type { CountRow } from './sql/count-records.js';
import { readRecords } from './sql/read-records.js';
import type { ReadRecord } from './sql/read-records.js';
import { dropRows, forgetRows } from './remove-rows.js';
import { isRefusal, read, withinBound, write } from './statements.js';

const RECORDS = 'records of projections';
/** Aggregates of one page of counts. */
const COUNTS_PAGE = 1_000;

/** Records in PostgreSQL, unique by event. */
export class PostgresRecordStore extends RecordStore {
  private readonly writer: RowWriter<EncodedRecordRow>;
  private closing?: Promise<void>;

  /** @param connection to a database with the tables of `PROJECTION_MIGRATIONS` */
  constructor(
    private readonly connection: PostgresConnection,
    private readonly names: SchemaNames,
  ) {
    super();
    this.writer = new RowWriter({
      what: RECORDS,
      textOf: ({ record }) => record,
      merge: firstOfEachEvent,
      write: (rows) => write(connection, RECORDS, appendRecords(names, rows)),
      isRefusal,
    });
  }

  async append(rows: readonly RecordRow[]): Promise<void> {
    await this.writer.write(checkRecordRows(rows));
  }

  async read(query: RecordQuery): Promise<readonly RecordRow[]> {
    this.checkOpen();
    const checked = checkRecordQuery(query);
    const rows = await read<ReadRecord>(this.connection, 'records', readRecords(this.names, checked));
    return withinRead(rows).map((row) => toRecord(checked, row));
  }

  async count(range: RecordRange): Promise<number> {
    this.checkOpen();
    const statement = countRange(this.names, checkRecordRange(range));
    const [row] = await read<RangeCount>(this.connection, 'records', statement);
    return Number(row!.events_counted);
  }

  counts(projection: string, version: number, tenantId?: TenantId): AsyncIterable<RecordCount> {
    this.checkOpen();
    return this.countsChecked(checkProjectionScope(projection, version, tenantId));
  }

  async forget(tenantId: TenantId): Promise<number> {
    this.checkOpen();
    return forgetRows(this.connection, this.names, 'projection_records', createTenantId(tenantId));
  }

  async drop(projection: string, version: number): Promise<number> {
    this.checkOpen();
    const dropped = checkProjectionVersion('', { projection, version });
    return dropRows(this.connection, this.names, 'projection_records', dropped);
  }

  /** Writes what was accepted, within a bound; from now on every call is refused. */
  close(): Promise<void> {
    this.closing ??= this.writer.close();
    return this.closing;
  }

  private async *countsChecked(wanted: ProjectionScope): AsyncGenerator<RecordCount> {
    let after: CountRow | undefined;
    for (;;) {
      const page = countRecords(this.names, wanted, after, COUNTS_PAGE);
      const rows = await read<CountRow>(this.connection, 'the counts of a projection', page);
      for (const row of rows) {
        yield {
          tenantId: row.tenant_id as TenantId,
          aggregateId: row.aggregate_id,
          count: Number(row.events_counted),
          lastSequence: Number(row.last_sequence),
        };
      }
      if (rows.length < COUNTS_PAGE) return;
      after = rows[rows.length - 1];
    }
  }

  private checkOpen(): void {
    if (this.closing) throw new ClosedError('The PostgreSQL record store');
  }
}

function withinRead(rows: readonly ReadRecord[]): readonly (ReadRecord & { readonly json: string })[] {
  try {
    return withinBound(rows);
  } catch {
    throw new InvalidArgumentError('query.limit', 'gives records over the bound in bytes; ask for fewer');
  }
}

function toRecord(
  { tenantId, projection, version, aggregateId }: RecordQuery,
  row: ReadRecord & { readonly json: string },
): RecordRow {
  return decodeRecordRow({
    tenantId,
    projection,
    version,
    aggregateId,
    sequence: Number(row.sequence),
    eventId: row.event_id as EventId,
    record: row.json,
    recordedAt: Number(row.recorded_ms),
  });
}

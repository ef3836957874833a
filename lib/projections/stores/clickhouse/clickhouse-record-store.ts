import type { ClickHouseConnection } from '../../../clickhouse/clickhouse-connection.js';
import { type PageStatement, walkPages } from '../../../clickhouse/walk-pages.js';
import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import type { EventId } from '../../../events/event-id.js';
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
import { dropRows, forgetRows } from './remove-rows.js';
import { insertRows, isRefusal } from './insert-rows.js';
import { isTooLarge, readError, repeatedRead } from './repeat.js';
import { countRange } from './sql/count-range.js';
import type { RangeCount } from './sql/count-range.js';
import { countRecords } from './sql/count-records.js';
import type { CountRow } from './sql/count-records.js';
import { readRecords } from './sql/read-records.js';
import type { ReadRecord } from './sql/read-records.js';

/** Records in ClickHouse. Repeated rows of an event merge into one, and every read takes them as one before that. */
export class ClickHouseRecordStore extends RecordStore {
  private readonly writer: RowWriter<EncodedRecordRow>;

  /** @param connection to a database with the tables of `PROJECTION_MIGRATIONS` */
  constructor(private readonly connection: ClickHouseConnection) {
    super();
    const what = 'records of projections';
    this.writer = new RowWriter({
      what,
      textOf: ({ record }) => record,
      merge: firstOfEachEvent,
      write: (rows) => insertRows(connection, 'projection_records', what, rows.map(toColumns)),
      isRefusal,
    });
  }

  async append(rows: readonly RecordRow[]): Promise<void> {
    await this.writer.write(checkRecordRows(rows));
  }

  async read(query: RecordQuery): Promise<readonly RecordRow[]> {
    const checked = checkRecordQuery(query);
    const { sql, params, settings } = readRecords(checked);
    try {
      const rows = await repeatedRead('records', () => this.connection.query<ReadRecord>(sql, params, settings));
      return rows.map((row) => toRecord(checked, row));
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      throw new InvalidArgumentError('query.limit', 'gives records over the bound in bytes; ask for fewer');
    }
  }

  async count(range: RecordRange): Promise<number> {
    const { sql, params, settings } = countRange(checkRecordRange(range));
    const [row] = await repeatedRead('records', () => this.connection.query<RangeCount>(sql, params, settings));
    return Number(row!.events_counted);
  }

  counts(projection: string, version: number, tenantId?: TenantId): AsyncIterable<RecordCount> {
    return this.countsChecked(checkProjectionScope(projection, version, tenantId));
  }

  async forget(tenantId: TenantId): Promise<number> {
    return forgetRows(this.connection, 'projection_records', createTenantId(tenantId));
  }

  async drop(projection: string, version: number): Promise<number> {
    return dropRows(this.connection, 'projection_records', checkProjectionVersion('', { projection, version }));
  }

  /** Writes what was accepted, within a bound; from now on appends are refused. */
  close(): Promise<void> {
    return this.writer.close();
  }

  private async *countsChecked(wanted: ProjectionScope): AsyncGenerator<RecordCount> {
    const page: PageStatement<CountRow> = (after, limit) => countRecords(wanted, after, limit);
    try {
      for await (const row of walkPages(this.connection, page)) {
        yield {
          tenantId: row.tenant_id as TenantId,
          aggregateId: row.aggregate_id,
          count: Number(row.events_counted),
          lastSequence: Number(row.last_sequence),
        };
      }
    } catch (error) {
      throw readError('the counts of a projection', error);
    }
  }
}

function toColumns(row: EncodedRecordRow): object {
  return {
    tenant_id: row.tenantId,
    projection_name: row.projection,
    version: row.version,
    aggregate_id: row.aggregateId,
    sequence: row.sequence,
    event_id: row.eventId,
    recorded_at: new Date(row.recordedAt).toISOString(),
    record: row.record,
  };
}

function toRecord({ tenantId, projection, version, aggregateId }: RecordQuery, row: ReadRecord): RecordRow {
  return decodeRecordRow({
    tenantId,
    projection,
    version,
    aggregateId,
    sequence: Number(row.row_sequence),
    eventId: row.event_id as EventId,
    record: row.record,
    recordedAt: Number(row.recorded_ms),
  });
}

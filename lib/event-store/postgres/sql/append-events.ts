import type { PostgresStatement } from '../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../postgres/schema-names.js';
import { compareText } from '../../../tenancy/compare-text.js';
import type { PreparedAppendAll } from '../../prepare-append-all.js';
import { toNewRow } from '../event-row.js';
import { lockKeys } from '../lock-keys.js';
import { BEGINNING, parsePosition } from '../postgres-position.js';
import { isByContent, queryPatterns } from '../query-patterns.js';
import { restoredColumns } from '../restored-columns.js';

/** What the function answers: see its migration. `n` is the place of the stream in the append, from 1. */
export interface AppendedRow {
  readonly outcome: 'appended' | 'repeated' | 'key-of-another' | 'conflict' | 'matched';
  readonly n: number | null;
  readonly first_in: string | number | null;
  readonly last_in: string | number;
  readonly recorded_ms: string | number | null;
}

/** An append as a call of the function `append_events`. @throws InvalidArgumentError for a position of another store */
export function appendEvents(names: SchemaNames, append: PreparedAppendAll): PostgresStatement {
  const { parts, key = null, condition } = append;
  const { tenantId } = parts[0]!.stream;
  const { lockClass, locks } = lockKeys(names.schema, append);
  const after = condition?.after;
  const place = after === undefined ? BEGINNING : parsePosition('options.condition.after', after);
  const streams = parts.map(({ stream, drafts, expectedSequence, restored }, index) => ({
    n: index + 1,
    type: stream.aggregateType,
    id: stream.aggregateId,
    expected: String(expectedSequence),
    count: drafts.length,
    recorded: restored && Math.max(...restored.map(({ event }) => event.recordedAt)),
  }));
  // Rows of streams are locked in one order by all.
  streams.sort((a, b) => compareText(a.type, b.type) || compareText(a.id, b.id));
  const rows = parts.flatMap(({ drafts, restored }, stream) => {
    const columns = restored && restoredColumns(restored);
    return drafts.map((draft, index) => ({ ...toNewRow(draft, stream + 1, index), ...columns?.[index] }));
  });
  return {
    name: 'append_events',
    text: `SELECT outcome, n, first_in, last_in, recorded_ms
           FROM ${names.of('append_events')}($1::text, $2::int, $3::int[], $4::text, $5::jsonb, $6::boolean, $7::bigint,
             $8::bigint, $9::json, $10::json)`,
    values: [
      tenantId,
      lockClass,
      `{${locks.join(',')}}`,
      key,
      condition ? JSON.stringify(queryPatterns(tenantId, condition.query)) : null,
      condition !== undefined && isByContent(condition.query),
      place.transaction,
      place.position,
      JSON.stringify(streams),
      JSON.stringify(rows),
    ],
  };
}

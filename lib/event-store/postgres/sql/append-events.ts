import type { PostgresStatement } from '../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../postgres/schema-names.js';
import type { PreparedAppend } from '../../prepare-append.js';
import { toNewRow } from '../event-row.js';

export interface AppendedRow {
  readonly outcome: 'appended' | 'repeated' | 'conflict';
  readonly first_in: string | number | null;
  readonly last_in: string | number;
  readonly recorded_ms: string | number | null;
}

/** One append as a call of the function `append_events`. */
export function appendEvents(names: SchemaNames, append: PreparedAppend): PostgresStatement {
  const { stream, drafts, expectedSequence, key = null } = append;
  return {
    name: 'append_events',
    text: `SELECT outcome, first_in, last_in, recorded_ms
           FROM ${names.of('append_events')}($1::text, $2::text, $3::text, $4::text, $5::text, $6::json)`,
    values: [
      stream.tenantId,
      stream.aggregateType,
      stream.aggregateId,
      String(expectedSequence),
      key,
      JSON.stringify(drafts.map(toNewRow)),
    ],
  };
}

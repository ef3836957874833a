import type { PostgresStatement } from '../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../postgres/schema-names.js';
import { compareText } from '../../../tenancy/compare-text.js';
import type { ExpectedSequence } from '../../append-options.js';
import type { PreparedAppendAll } from '../../prepare-append-all.js';
import type { PreparedEvents } from '../../prepare-append.js';
import { toNewRow } from '../event-row.js';
import { lockKeys } from '../lock-keys.js';
import { BEGINNING, parsePosition } from '../postgres-position.js';
import { documentPattern, isByContent } from '../query-patterns.js';
import { restoredColumns } from '../restored-columns.js';
import { arrayLiteral } from './array-literal.js';
import { isStorable } from './storable-texts.js';

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
  const criteria = condition?.query ?? [];
  const after = condition?.after;
  const place = after === undefined ? BEGINNING : parsePosition('options.condition.after', after);
  const rows = parts.flatMap(({ drafts, restored }, stream) => {
    const columns = restored && restoredColumns(restored);
    return drafts.map((draft, index) => ({ ...toNewRow(draft, stream + 1, index), ...columns?.[index] }));
  });
  return {
    name: 'append_events',
    text: `SELECT outcome, n, first_in, last_in, recorded_ms
           FROM ${names.of('append_events')}($1::text, $2::int, $3::int[], $4::text, $5::jsonb[], $6::boolean[], $7::jsonb[],
             $8::text[], $9::text[], $10::bigint, $11::bigint, $12::int[], $13::text[], $14::text[], $15::bigint[],
             $16::int[], $17::bigint[], $18::json)`,
    values: [
      tenantId,
      lockClass,
      arrayLiteral(locks),
      key,
      arrayLiteral(criteria.map((one) => documentPattern(tenantId, one))),
      arrayLiteral(criteria.map((one) => String(isByContent(one)))),
      arrayLiteral(criteria.map(({ types }) => (types ? JSON.stringify(types.filter(isStorable)) : null))),
      arrayLiteral(criteria.map(({ aggregateType = null }) => aggregateType)),
      arrayLiteral(criteria.map(({ aggregateId = null }) => aggregateId)),
      place.transaction,
      place.position,
      arrayLiteral(writingOrder(parts)),
      arrayLiteral(parts.map(({ stream }) => stream.aggregateType)),
      arrayLiteral(parts.map(({ stream }) => stream.aggregateId)),
      arrayLiteral(parts.map(({ expectedSequence }) => toExpected(expectedSequence))),
      arrayLiteral(parts.map(({ drafts }) => drafts.length)),
      arrayLiteral(parts.map(({ restored }) => toTime(restored))),
      JSON.stringify(rows),
    ],
  };
}

/** The numbers of the streams, from 1, in the order in which all write to them. */
function writingOrder(parts: readonly PreparedEvents[]): readonly number[] {
  if (parts.length === 1) return [1];
  return parts
    .map(({ stream: { aggregateType, aggregateId } }, index) => ({ aggregateType, aggregateId, n: index + 1 }))
    .sort((a, b) => compareText(a.aggregateType, b.aggregateType) || compareText(a.aggregateId, b.aggregateId))
    .map(({ n }) => n);
}

function toExpected(expected: ExpectedSequence): number | null {
  if (typeof expected === 'number') return expected;
  return { any: null, 'no-stream': 0, 'stream-exists': -1 }[expected];
}

/** When the last event of a restored stream was recorded. */
function toTime(restored: PreparedEvents['restored']): number | null {
  return restored ? Math.max(...restored.map(({ event }) => event.recordedAt)) : null;
}

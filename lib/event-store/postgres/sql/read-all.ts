import type { PostgresStatement } from '../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../postgres/schema-names.js';
import type { TenantId } from '../../../tenancy/tenant-id.js';
import type { CheckedCriteria } from '../../check-event-query.js';
import type { CheckedCountQuery } from '../../check-read-options.js';
import type { Place } from '../postgres-position.js';
import { documentPattern, isByContent, needsDocument } from '../query-patterns.js';
import { arrayLiteral } from './array-literal.js';
import { EVENT_COLUMNS } from './event-columns.js';
import { NOT_RESERVED } from './not-reserved.js';
import { recordedWithin } from './recorded-within.js';
import { isStorable } from './storable-texts.js';

/** Rows and bytes of one page; a single larger event still comes, alone. */
export const PAGE_ROWS = 1_000;
const PAGE_BYTES = 4_194_304;

/** Which events of the log, in which order: those between the places, both exclusive. */
export interface LogRange extends CheckedCountQuery {
  readonly after: Place;
  readonly before: Place;
  readonly backwards: boolean;
  readonly limit?: number;
  /** The query has given so much that the rest is met soonest on the way along the log. */
  readonly plenty?: boolean;
}

/** What every row says beside its event. */
export interface LogRow {
  readonly transaction: string | number;
  readonly position: string | number;
  /** Rows that there were for the page; when as many have come, it is the last. */
  readonly candidates: string | number;
}

/** Most rows of the next page of a read. */
export function pageRows({ limit }: LogRange): number {
  return Math.min(limit ?? PAGE_ROWS, PAGE_ROWS);
}

/** One page of the log. It ends before the bytes of its events pass the bound, as that of a stream does. */
export function readAll(names: SchemaNames, range: LogRange): PostgresStatement {
  const order = range.backwards ? 'DESC' : 'ASC';
  const { conditions, values } = matching(range);
  const keys = isRare(range) ? ['e.transaction + 0', 'e.position + 0'] : ['e.tenant_id', 'e.transaction', 'e.position'];
  return {
    text: `SELECT ${EVENT_COLUMNS}, e.transaction, e.position, e.candidates
      FROM (
        SELECT p.*, count(*) OVER () AS candidates,
          sum(octet_length(p.payload) + octet_length(p.metadata) + octet_length(p.tags))
            OVER (ORDER BY p.transaction ${order}, p.position ${order})
            - octet_length(p.payload) - octet_length(p.metadata) - octet_length(p.tags) AS bytes_before
        FROM (
          SELECT * FROM ${names.of('events')} e
          WHERE ${conditions}
          ORDER BY ${keys.map((key) => `${key} ${order}`).join(', ')}
          LIMIT ${pageRows(range)}
        ) p
      ) e
      WHERE e.bytes_before < ${PAGE_BYTES}
      ORDER BY e.transaction ${order}, e.position ${order}`,
    values,
  };
}

/** How many events there are. */
export function countAll(names: SchemaNames, range: LogRange): PostgresStatement {
  const { conditions, values } = matching(range);
  return { text: `SELECT count(*) AS count FROM ${names.of('events')} e WHERE ${conditions}`, values };
}

function matching(one: LogRange): { readonly conditions: string; readonly values: readonly string[] } {
  const { tenantId, query, after, before } = one;
  const values: string[] = [tenantId, after.transaction, after.position, before.transaction, before.position];
  const place = (value: string): string => `$${values.push(value)}`;
  const alternatives = query.map((criteria) => criterion(tenantId, criteria, isRare(one), place));
  // The sums and empty texts hide the other indexes, so that the one of contents is taken however little is known of the table. Else the
  // tenant is a part of both bounds, so that the order of the index of places is seen to be the one asked for.
  const range = isRare(one)
    ? `e.tenant_id || '' = $1 AND (e.transaction + 0, e.position + 0) > ($2::bigint, $3::bigint)
    AND (e.transaction + 0, e.position + 0) < ($4::bigint, $5::bigint)`
    : `(e.tenant_id, e.transaction, e.position) > ($1, $2::bigint, $3::bigint)
    AND (e.tenant_id, e.transaction, e.position) < ($1, $4::bigint, $5::bigint)`;
  const conditions = [
    range,
    NOT_RESERVED,
    ...recordedWithin(one, (ms) => place(String(ms))),
    `(${alternatives.length === 0 ? 'false' : alternatives.join(' OR ')})`,
  ].join('\n    AND ');
  return { conditions, values };
}

/** Whether what is asked for is found by contents, and few. */
function isRare({ query, plenty = false }: LogRange): boolean {
  return !plenty && query.length > 0 && query.every(isByContent);
}

function criterion(
  tenantId: TenantId,
  criteria: CheckedCriteria,
  rare: boolean,
  place: (value: string) => string,
): string {
  const { types, aggregateType, aggregateId } = criteria;
  const conditions = ['true'];
  const eventType = rare ? `e.event_type || ''` : 'e.event_type';
  if (types) conditions.push(`${eventType} = ANY (${place(arrayLiteral(types.filter(isStorable)))}::text[])`);
  if (aggregateType !== undefined) conditions.push(`e.aggregate_type = ${place(aggregateType)}`);
  if (aggregateId !== undefined) conditions.push(`e.aggregate_id = ${place(aggregateId)}`);
  if (needsDocument(criteria)) conditions.push(`e.document @> ${place(documentPattern(tenantId, criteria))}::jsonb`);
  return `(${conditions.join(' AND ')})`;
}

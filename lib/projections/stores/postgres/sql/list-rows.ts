import type { PostgresStatement } from '../../../../postgres/postgres-connection.js';
import type { SchemaNames } from '../../../../postgres/schema-names.js';
import { toMs } from '../../../../postgres/times.js';
import { toSearchJson, toSearchText } from '../../../../postgres/to-search-json.js';
import type { CheckedCondition, CheckedProjectionQuery, CheckedSort } from '../../check-projection-query.js';
import type { Scalar } from '../../projection-query.js';
import { boundedText } from './bounded-text.js';
import { Parameters } from './parameters.js';

/** Bytes of one page. */
const MAX_PAGE_BYTES = 134_217_728;

const OPERATORS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

export interface ListedRow {
  readonly id: string;
  readonly sequence: string | number;
  readonly updated_ms: string | number;
  /** `null` when the page is over the bound. */
  readonly json: string | null;
}

/** One page of rows, and how many there are of all pages. */
export function listRows(
  names: SchemaNames,
  query: CheckedProjectionQuery,
): { readonly page: PostgresStatement; readonly total: PostgresStatement } {
  const parameters = new Parameters();
  const from = matchingRows(names, query, parameters);
  const total = { text: `SELECT count(*) AS total ${from}`, values: [...parameters.values] };
  const order = orderBy(query.sort, parameters);
  const limit = `LIMIT ${parameters.add('bigint', query.limit)} OFFSET ${parameters.add('bigint', query.offset)}`;
  const text = `
SELECT id, sequence, updated_ms, ${boundedText('state', MAX_PAGE_BYTES)} AS json
FROM (
  SELECT id, sequence, ${toMs('updated_at')} AS updated_ms, state, row_number() OVER (ORDER BY ${order}) AS place
  ${from}
  ORDER BY ${order}
  ${limit}
) page
ORDER BY place`;
  return { page: { text, values: parameters.values }, total };
}

function matchingRows(
  names: SchemaNames,
  { tenantId, projection, version, conditions }: CheckedProjectionQuery,
  to: Parameters,
): string {
  const all = [
    `projection = ${to.add('text', projection)}`,
    `version = ${to.add('bigint', version)}`,
    `tenant_id = ${to.add('text', tenantId)}`,
    'document IS NOT NULL',
    ...conditions.map((condition) => conditionSql(condition, to)),
  ];
  return `FROM ${names.of('projection_rows')}\nWHERE ${all.join('\n  AND ')}`;
}

function conditionSql(condition: CheckedCondition, to: Parameters): string {
  const property = propertyAt(condition.path, to);
  switch (condition.operator) {
    case 'in': {
      const values = to.add('jsonb', toSearchJson(JSON.stringify(condition.value)));
      return `coalesce(${property}, 'null') IN (SELECT jsonb_array_elements(${values}))`;
    }
    case 'contains': {
      // An array contains a scalar when one of its own elements is that scalar.
      return `(jsonb_typeof(${property}) = 'array' AND ${property} @> ${to.add('jsonb', scalarJson(condition.value))})`;
    }
    default: {
      const operator = OPERATORS[condition.operator];
      if (typeof condition.value === 'string') {
        const value = to.add('text', toSearchText(condition.value));
        return `(jsonb_typeof(${property}) = 'string' AND ${textOf(property)} ${operator} ${value})`;
      }
      const value = to.add('jsonb', scalarJson(condition.value));
      return `(jsonb_typeof(${property}) = 'number' AND ${property} ${operator} ${value})`;
    }
  }
}

function orderBy({ by, descending }: CheckedSort, to: Parameters): string {
  const direction = descending ? 'DESC' : 'ASC';
  return [...sortKeys(by, to), 'id'].map((key) => `${key} ${direction}`).join(', ');
}

/** Within one type the values that do not count are all NULL, so where NULL stands plays no part. */
function sortKeys(by: CheckedSort['by'], to: Parameters): readonly string[] {
  if (by === 'id') return [];
  if (by === 'updatedAt') return ['updated_at'];
  const property = propertyAt(by, to);
  const type = `jsonb_typeof(${property})`;
  return [
    `CASE ${type} WHEN 'boolean' THEN 1 WHEN 'number' THEN 2 WHEN 'string' THEN 3
      WHEN 'object' THEN 4 WHEN 'array' THEN 4 ELSE 0 END`,
    `CASE WHEN ${type} IN ('boolean', 'number') THEN ${property} END`,
    `CASE WHEN ${type} = 'string' THEN ${textOf(property)} END`,
  ];
}

/** `->` with a text finds properties of objects only, never elements of arrays; NULL where there is none. */
function propertyAt(path: readonly string[], to: Parameters): string {
  return `(${['document', ...path.map((name) => to.add('text', toSearchText(name)))].join(' -> ')})`;
}

/** The string itself. `jsonb` would compare strings by the collation of the database. */
function textOf(property: string): string {
  return `(${property} #>> '{}') COLLATE "C"`;
}

function scalarJson(value: Scalar): string {
  return toSearchJson(JSON.stringify(value));
}

import type { CheckedCondition, CheckedProjectionQuery, CheckedSort } from '../../check-projection-query.js';
import { toSearchText } from '../search-text.js';
import { Parameters } from './parameters.js';
import type { Statement } from './statement.js';

/** Bytes of one page; over it the server refuses. */
const MAX_PAGE_BYTES = 134_217_728;

/** The text that the JSON functions read. */
const DOCUMENT = `if(search_text = '', state, search_text)`;
const NUMBERS = `('Int64', 'UInt64', 'Double')`;
const OPERATORS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

/** Conditions hold for what a key holds now, so none of them may be checked before older rows are put away. */
const AFTER_MERGE = { optimize_move_to_prewhere: 0, optimize_move_to_prewhere_if_final: 0 } as const;

export interface ListedRow {
  readonly id: string;
  readonly row_sequence: string;
  readonly updated_ms: string;
  readonly state: string;
}

/** One page of rows, and how many there are of all pages. */
export function listRows(query: CheckedProjectionQuery): { readonly page: Statement; readonly total: Statement } {
  const parameters = new Parameters();
  const from = matchingRows(query, parameters);
  const total: Statement = {
    sql: `SELECT count() AS total ${from}`,
    params: { ...parameters.values },
    settings: AFTER_MERGE,
  };
  const order = orderBy(query.sort, parameters);
  const limit = `LIMIT ${parameters.add('UInt32', query.limit)} OFFSET ${parameters.add('UInt32', query.offset)}`;
  const page: Statement = {
    sql: `
SELECT id, sequence AS row_sequence, toUnixTimestamp64Milli(updated_at) AS updated_ms, state
${from}
ORDER BY ${order}
${limit}`,
    params: parameters.values,
    settings: { ...AFTER_MERGE, max_result_bytes: MAX_PAGE_BYTES, result_overflow_mode: 'throw' },
  };
  return { page, total };
}

function matchingRows({ tenantId, projection, version, conditions }: CheckedProjectionQuery, to: Parameters): string {
  const all = [
    `tenant_id = ${to.add('String', tenantId)}`,
    `projection_name = ${to.add('String', projection)}`,
    `version = ${to.add('UInt32', version)}`,
    `state != 'null'`,
    ...conditions.map((condition) => conditionSql(condition, to)),
  ];
  return `FROM projection_rows FINAL\nWHERE ${all.join('\n  AND ')}`;
}

function conditionSql(condition: CheckedCondition, to: Parameters): string {
  const property = propertyArguments(condition.path, to);
  switch (condition.operator) {
    case 'in': {
      // The server writes equal values as equal text, so whatever it makes of both sides can be compared.
      const values = to.add('Array(String)', condition.value.map(toSearchText));
      return `has(arrayMap(value -> JSONExtractRaw(value), ${values}), ${rawOrNull(property)})`;
    }
    case 'contains': {
      const value = to.add('String', toSearchText(condition.value));
      return `has(JSONExtractArrayRaw(${property}), JSONExtractRaw(${value}))`;
    }
    default: {
      const operator = OPERATORS[condition.operator];
      if (typeof condition.value === 'string') {
        const value = to.add('String', condition.value);
        return `(JSONType(${property}) = 'String' AND JSONExtractString(${property}) ${operator} ${value})`;
      }
      const value = `JSONExtractFloat(${to.add('String', toSearchText(condition.value))})`;
      return `(JSONType(${property}) IN ${NUMBERS} AND JSONExtractFloat(${property}) ${operator} ${value})`;
    }
  }
}

function orderBy({ by, descending }: CheckedSort, to: Parameters): string {
  const direction = descending ? 'DESC' : 'ASC';
  return [...sortKeys(by, to), 'id'].map((key) => `${key} ${direction}`).join(', ');
}

function sortKeys(by: CheckedSort['by'], to: Parameters): readonly string[] {
  if (by === 'id') return [];
  if (by === 'updatedAt') return ['updated_at'];
  const property = propertyArguments(by, to);
  const type = `JSONType(${property})`;
  return [
    `multiIf(${type} = 'Null', 0, ${type} = 'Bool', 1, ${type} IN ${NUMBERS}, 2, ${type} = 'String', 3, 4)`,
    `if(${type} = 'Bool', toFloat64(JSONExtractBool(${property})), if(${type} IN ${NUMBERS}, JSONExtractFloat(${property}), 0))`,
    `if(${type} = 'String', JSONExtractString(${property}), '')`,
  ];
}

/** What stands between the parentheses of a JSON function to name a property. */
function propertyArguments(path: readonly string[], to: Parameters): string {
  return [DOCUMENT, ...path.map((name) => to.add('String', name))].join(', ');
}

/** An absent property counts as null. */
function rawOrNull(property: string): string {
  return `if(JSONType(${property}) = 'Null', 'null', JSONExtractRaw(${property}))`;
}

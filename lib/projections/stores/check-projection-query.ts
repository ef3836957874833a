import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import { createTenantId } from '../../tenancy/create-tenant-id.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { checkInteger, checkProjectionVersion } from './check-fields.js';
import type { ProjectionVersion } from './check-fields.js';
import type { ProjectionListQuery, ProjectionSort, PropertyCondition, Scalar } from './projection-query.js';

/** Most rows of one page. */
export const MAX_LIMIT = 1_000;
const DEFAULT_LIMIT = 100;
/** Most rows before a page. */
export const MAX_OFFSET = 100_000;

/** Most conditions of one filter. */
const MAX_CONDITIONS = 50;
/** Most alternatives of one `in`. */
const MAX_IN = 1_000;
/** Most bytes of a filter as JSON; escaped for a request, one part of it must stay below 128 KiB. */
const MAX_FILTER_BYTES = 49_152;
const MAX_PATH_BYTES = 512;
const MAX_PATH_DEPTH = 16;

/** One condition on one property. */
export type CheckedCondition = { readonly path: readonly string[] } & (
  | { readonly operator: 'in'; readonly value: readonly Scalar[] }
  | { readonly operator: 'contains'; readonly value: Scalar }
  | { readonly operator: 'gt' | 'gte' | 'lt' | 'lte'; readonly value: string | number }
);

export interface CheckedSort {
  /** A property path, or what every row has besides its state. */
  readonly by: readonly string[] | 'id' | 'updatedAt';
  readonly descending: boolean;
}

/** A query with every default filled in; `equals` has become an `in` of one. */
export interface CheckedProjectionQuery extends ProjectionVersion {
  readonly tenantId: TenantId;
  readonly conditions: readonly CheckedCondition[];
  readonly sort: CheckedSort;
  readonly limit: number;
  readonly offset: number;
}

/** @throws InvalidTenantError @throws InvalidArgumentError */
export function checkProjectionQuery(query: ProjectionListQuery): CheckedProjectionQuery {
  const given = (query ?? {}) as Partial<ProjectionListQuery>;
  const { limit = DEFAULT_LIMIT, offset = 0 } = given;
  return {
    tenantId: createTenantId(given.tenantId),
    ...checkProjectionVersion('query.', given),
    conditions: checkFilter(given.filter),
    sort: checkSort(given.sort),
    limit: checkInteger('query.limit', limit, 1, MAX_LIMIT),
    offset: checkInteger('query.offset', offset, 0, MAX_OFFSET),
  };
}

function checkFilter(filter: unknown): readonly CheckedCondition[] {
  if (filter === undefined) return [];
  if (!isObject(filter))
    throw new InvalidArgumentError('query.filter', 'must be an object of conditions by property path');
  const conditions = Object.entries(filter).flatMap(([path, condition]) => checkProperty(path, condition));
  if (conditions.length > MAX_CONDITIONS) {
    throw new InvalidArgumentError('query.filter', `must not hold more than ${MAX_CONDITIONS} conditions`);
  }
  const bytes = Buffer.byteLength(JSON.stringify(conditions.map(({ path, value }) => [path, value])));
  if (bytes > MAX_FILTER_BYTES) {
    throw new InvalidArgumentError(
      'query.filter',
      `must not exceed ${MAX_FILTER_BYTES} bytes as JSON, but has ${bytes}`,
    );
  }
  return conditions;
}

function checkProperty(key: string, condition: unknown): readonly CheckedCondition[] {
  const field = `query.filter[${JSON.stringify(key)}]`;
  const path = checkPath(field, key);
  if (!isObject(condition)) return [{ path, operator: 'in', value: [checkScalar(field, condition)] }];
  // An undefined operand counts as not given; a condition of nothing else would silently match every row.
  const given = Object.entries(condition).filter(([, value]) => value !== undefined);
  if (given.length === 0) throw new InvalidArgumentError(field, 'must hold at least one condition');
  return given.map(([operator, value]) => checkCondition(`${field}.${operator}`, path, operator, value));
}

function checkCondition(field: string, path: readonly string[], operator: string, value: unknown): CheckedCondition {
  switch (operator as keyof PropertyCondition) {
    case 'equals':
      return { path, operator: 'in', value: [checkScalar(field, value)] };
    case 'in':
      return { path, operator: 'in', value: checkAlternatives(field, value) };
    case 'contains':
      return { path, operator: 'contains', value: checkScalar(field, value) };
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return { path, operator: operator as 'gt' | 'gte' | 'lt' | 'lte', value: checkBound(field, value) };
    default:
      throw new InvalidArgumentError(field, 'is not a condition; there are equals, in, gt, gte, lt, lte, contains');
  }
}

function checkAlternatives(field: string, value: unknown): readonly Scalar[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_IN) {
    throw new InvalidArgumentError(field, `must be an array of 1 to ${MAX_IN} scalars`);
  }
  return value.map((scalar, index) => checkScalar(`${field}[${index}]`, scalar));
}

function checkBound(field: string, value: unknown): string | number {
  const scalar = checkScalar(field, value);
  if (typeof scalar === 'string' || typeof scalar === 'number') return scalar;
  throw new InvalidArgumentError(field, 'must be a string or a number');
}

function checkScalar(field: string, value: unknown): Scalar {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value === 0 ? 0 : value;
  if (typeof value === 'string' && !/\p{Surrogate}/u.test(value)) return value;
  throw new InvalidArgumentError(field, 'must be a well-formed string, a finite number, a boolean or null');
}

function checkSort(sort: ProjectionSort | undefined): CheckedSort {
  if (sort === undefined) return { by: 'id', descending: false };
  if (!isObject(sort)) throw new InvalidArgumentError('query.sort', 'must be an object such as { by, direction }');
  const { by, direction = 'asc' } = sort as Partial<ProjectionSort>;
  if (direction !== 'asc' && direction !== 'desc') {
    throw new InvalidArgumentError('query.sort.direction', "must be 'asc' or 'desc'");
  }
  const descending = direction === 'desc';
  return { by: by === '$updatedAt' ? 'updatedAt' : checkPath('query.sort.by', by), descending };
}

function checkPath(field: string, path: unknown): readonly string[] {
  if (typeof path !== 'string' || path.length === 0) {
    throw new InvalidArgumentError(field, 'must be a property path such as usage.tokens');
  }
  if (path.startsWith('$')) throw new InvalidArgumentError(field, 'must not begin with $; only sort knows $updatedAt');
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  if (/[\u0000-\u001f\u007f]|\p{Surrogate}/u.test(path)) {
    throw new InvalidArgumentError(field, 'must not contain control characters or lone surrogates');
  }
  const segments = path.split('.');
  if (segments.includes('')) throw new InvalidArgumentError(field, 'must not have an empty segment');
  if (segments.length > MAX_PATH_DEPTH || Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new InvalidArgumentError(field, `must not exceed ${MAX_PATH_DEPTH} segments or ${MAX_PATH_BYTES} bytes`);
  }
  return segments;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

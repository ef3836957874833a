import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import { checkEventQuery, type CheckedEventQuery } from './check-event-query.js';
import { checkText } from './check-stream.js';
import type { LogPosition } from './log-position.js';
import type { ReadOptions } from './read-options.js';
import type { CountQuery, ReadAllOptions } from './read-all-options.js';
import type { HeadsQuery } from './stream-head.js';

/** When events were recorded, both inclusive, in milliseconds since the epoch. */
export interface CheckedTimes {
  readonly since?: number;
  readonly until?: number;
}

/** Read options with every default filled in. */
export interface CheckedReadOptions extends CheckedTimes {
  readonly from: number;
  /** `Number.MAX_SAFE_INTEGER` where no end was given. */
  readonly to: number;
  readonly backwards: boolean;
  readonly limit?: number;
  readonly types?: readonly string[];
}

export interface CheckedHeadsQuery {
  readonly aggregateType: string;
  readonly types?: readonly string[];
  readonly tenantId?: TenantId;
}

export interface CheckedCountQuery extends CheckedTimes {
  readonly tenantId: TenantId;
  readonly query: CheckedEventQuery;
}

/** The form of its positions is the store's to check. */
export interface CheckedReadAll extends CheckedCountQuery {
  readonly after?: LogPosition;
  readonly before?: LogPosition;
  readonly limit?: number;
  readonly backwards: boolean;
}

/** @throws InvalidArgumentError */
export function checkReadOptions(options: ReadOptions = {}): CheckedReadOptions {
  const { from = 1, to = Number.MAX_SAFE_INTEGER, direction = 'forwards', limit, types } = options;
  checkInteger('options.from', from, 1);
  checkInteger('options.to', to, 0);
  if (limit !== undefined) checkInteger('options.limit', limit, 1);
  return {
    from,
    to,
    ...checkTimes('options', options),
    backwards: checkDirection(direction),
    limit,
    types: checkTypes('options.types', types),
  };
}

/** @throws InvalidTenantError @throws InvalidArgumentError */
export function checkHeadsQuery(query: HeadsQuery): CheckedHeadsQuery {
  const given = (query ?? {}) as Partial<HeadsQuery>;
  return {
    aggregateType: checkText('query.aggregateType', given.aggregateType),
    types: checkTypes('query.types', given.types),
    tenantId: given.tenantId === undefined ? undefined : createTenantId(given.tenantId),
  };
}

/** @throws InvalidTenantError @throws InvalidArgumentError */
export function checkReadAll(options: ReadAllOptions): CheckedReadAll {
  const { after, before, limit, direction = 'forwards' } = (options ?? {}) as Partial<ReadAllOptions>;
  if (limit !== undefined) checkInteger('options.limit', limit, 1);
  return { ...checkCountQuery(options, 'options'), after, before, limit, backwards: checkDirection(direction) };
}

/** @throws InvalidTenantError @throws InvalidArgumentError */
export function checkCountQuery(given: CountQuery, field = 'query'): CheckedCountQuery {
  const { tenantId, query = {} } = (given ?? {}) as Partial<CountQuery>;
  return {
    tenantId: createTenantId(tenantId),
    query: checkEventQuery(`${field}.query`, query),
    ...checkTimes(field, given),
  };
}

function checkTimes(field: string, { since, until }: { readonly since?: Date; readonly until?: Date }): CheckedTimes {
  return { since: checkTime(`${field}.since`, since), until: checkTime(`${field}.until`, until) };
}

function checkTime(field: string, time: Date | undefined): number | undefined {
  if (time === undefined) return undefined;
  if (time instanceof Date && Number.isFinite(time.getTime())) return time.getTime();
  throw new InvalidArgumentError(field, 'must be a valid Date');
}

function checkDirection(direction: 'forwards' | 'backwards'): boolean {
  if (direction !== 'forwards' && direction !== 'backwards') {
    throw new InvalidArgumentError('options.direction', "must be 'forwards' or 'backwards'");
  }
  return direction === 'backwards';
}

function checkInteger(field: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new InvalidArgumentError(field, `must be an integer of at least ${least}`);
  }
}

/** An empty list is legal: no event is of none of the types. */
function checkTypes(field: string, types: readonly string[] | undefined): readonly string[] | undefined {
  if (types === undefined) return undefined;
  if (!Array.isArray(types) || types.some((type) => typeof type !== 'string')) {
    throw new InvalidArgumentError(field, 'must be an array of event types');
  }
  return [...types];
}

import type { EventFilter, EventQuery, QueryOptions } from './event-filter.js';

/** Joins filters by OR, with options before them if there are any. @publicApi */
export function createQuery(...filters: EventFilter[]): EventQuery;
export function createQuery(options: QueryOptions, ...filters: EventFilter[]): EventQuery;
export function createQuery(...args: (EventFilter | QueryOptions)[]): EventQuery {
  const [first, ...rest] = args;
  if (first !== undefined && !isFilter(first)) return { filters: rest.filter(isFilter), options: first };
  return { filters: args.filter(isFilter) };
}

function isFilter(value: EventFilter | QueryOptions): value is EventFilter {
  return 'eventTypes' in value;
}

import type { RootSpan } from './trace-summary.state.js';

/** Keeps a state small whatever a sender puts into its names. */
const MAX_NAMES = 100;

/** A sorted set with one name more. Always keeping the first ones makes the result independent of the order. */
export function addName(names: readonly string[], name: string | null): readonly string[] {
  if (name === null || names.includes(name)) return names;
  return [...names, name].sort().slice(0, MAX_NAMES);
}

/** The root that started first; of two that started together the one with the smaller id. */
export function earlierRoot(known: RootSpan | null, { spanId, name, startedAt }: RootSpan): RootSpan {
  if (known === null || startedAt < known.startedAt) return { spanId, name, startedAt };
  return startedAt === known.startedAt && spanId < known.spanId ? { spanId, name, startedAt } : known;
}

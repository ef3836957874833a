import type { RootSpan } from './trace-summary.state.js';

/** Keeps a state small whatever a sender puts into its names. */
const MAX_NAMES = 100;

/** A sorted set with one name more. Always keeping the first ones makes the result independent of the order. */
export function addName(names: readonly string[], name: string | null): readonly string[] {
  if (name === null || names.includes(name)) return names;
  return [...names, name].sort().slice(0, MAX_NAMES);
}

/** Rounding each sum to a billionth of a dollar keeps it independent of the order, which sums of doubles are not. */
export function addUsd(sum: number, amount: number): number {
  return Math.round(sum * 1e9 + Math.round(amount * 1e9)) / 1e9;
}

/** Takes the noise of the subtraction of two doubles off a duration in milliseconds. */
export function roundToMicroseconds(durationMs: number): number {
  return Math.round(durationMs * 1_000) / 1_000;
}

/** The root that started first; of two that started together the one with the smaller id. */
export function earlierRoot(known: RootSpan | null, { spanId, name, startedAt }: RootSpan): RootSpan {
  if (known === null || startedAt < known.startedAt) return { spanId, name, startedAt };
  return startedAt === known.startedAt && spanId < known.spanId ? { spanId, name, startedAt } : known;
}

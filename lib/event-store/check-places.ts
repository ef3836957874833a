import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { integerProblem } from '../errors/integer-problem.js';
import { encodeKey } from '../tenancy/encode-key.js';
import { checkStream } from './check-stream.js';
import type { LogPlace } from './log-row.js';

/** Most places that one call of `readEach()` may name. */
export const MAX_PLACES_PER_READ = 10_000;

/** Checks the places of a read; returns each once. @throws InvalidTenantError @throws InvalidArgumentError */
export function checkPlaces(places: readonly LogPlace[]): readonly LogPlace[] {
  if (!Array.isArray(places) || places.length > MAX_PLACES_PER_READ) {
    throw new InvalidArgumentError('places', `must be an array of at most ${MAX_PLACES_PER_READ} places`);
  }
  const checked = new Map<string, LogPlace>();
  for (const [index, place] of places.entries()) {
    const { tenantId, aggregateType, aggregateId } = checkStream(place as LogPlace);
    const { sequence } = place as LogPlace;
    const problem = integerProblem(sequence, 1, Number.MAX_SAFE_INTEGER);
    if (problem !== null) throw new InvalidArgumentError(`places[${index}].sequence`, problem);
    const key = encodeKey(tenantId, aggregateType, aggregateId, sequence);
    if (!checked.has(key)) checked.set(key, { tenantId, aggregateType, aggregateId, sequence });
  }
  return [...checked.values()];
}

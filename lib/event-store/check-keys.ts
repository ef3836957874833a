import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { checkText } from './check-stream.js';

/** Most keys that one call of `appended()` may ask for. */
export const MAX_KEYS_PER_LOOKUP = 10_000;

/** Checks the keys of a lookup; returns them without repetitions. @throws InvalidArgumentError */
export function checkKeys(keys: readonly string[]): readonly string[] {
  if (!Array.isArray(keys)) throw new InvalidArgumentError('keys', 'must be an array');
  if (keys.length > MAX_KEYS_PER_LOOKUP) {
    throw new InvalidArgumentError(
      'keys',
      `must not hold more than ${MAX_KEYS_PER_LOOKUP} keys, but holds ${keys.length}`,
    );
  }
  return [...new Set(keys.map((key, index) => checkText(`keys[${index}]`, key)))];
}

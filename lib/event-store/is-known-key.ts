import { InvalidArgumentError } from '../errors/invalid-argument.error.js';

/**
 * Whether a key belongs to an append that is being repeated: all of its streams know it, or none does.
 *
 * @param known in how many of the streams
 * @throws InvalidArgumentError when only some of them know it
 */
export function isKnownKey(known: number, streams: number): boolean {
  if (known > 0 && known < streams) {
    throw new InvalidArgumentError(
      'options.key',
      `is known to ${known} of the ${streams} streams: it is the key of another append`,
    );
  }
  return known > 0;
}

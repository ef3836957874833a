import { InvalidArgumentError } from '../errors/invalid-argument.error.js';

/** What may stand unquoted in SQL. Identifiers cannot be passed as parameters everywhere, so nothing else is allowed. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const MAX_IDENTIFIER_LENGTH = 128;

/** @throws InvalidArgumentError unless `value` is a plain SQL identifier of at most 128 characters */
export function checkIdentifier(field: string, value: string): string {
  if (!IDENTIFIER.test(value) || value.length > MAX_IDENTIFIER_LENGTH) {
    throw new InvalidArgumentError(
      field,
      `must be a plain identifier (letters, digits and underscores, not beginning with a digit, at most ${MAX_IDENTIFIER_LENGTH} characters)`,
    );
  }
  return value;
}

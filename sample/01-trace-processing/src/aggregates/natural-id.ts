import { createHash } from 'node:crypto';

/** The id of a command that is known by what it is about. Hashed, since names are longer than an id may be. */
export function naturalId(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { checkIdentifier } from '../sql/identifier.js';

/** PostgreSQL cuts longer names off silently; ours are put behind it. */
const MAX_SCHEMA_LENGTH = 63;

/** What statements are written with in place of the schema that an installation uses. */
export interface SchemaNames {
  readonly schema: string;
  /** A table, function or the like: `events` → `my_schema.events`. */
  of(name: string): string;
}

/** @throws InvalidArgumentError unless `schema` is a plain identifier of lower-case letters */
export function schemaNames(schema: string): SchemaNames {
  checkIdentifier('schema', schema);
  if (schema !== schema.toLowerCase() || schema.length > MAX_SCHEMA_LENGTH) {
    throw new InvalidArgumentError('schema', `must be in lower case and have at most ${MAX_SCHEMA_LENGTH} characters`);
  }
  return { schema, of: (name) => `"${schema}".${checkIdentifier('name', name)}` };
}

/** For checksums: the same for every installation. */
export const CANONICAL_NAMES: SchemaNames = { schema: '{schema}', of: (name) => `{schema}.${name}` };

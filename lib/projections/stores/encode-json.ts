import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import { isJsonTooDeep, MAX_JSON_DEPTH } from '../../events/json-depth.js';

/** Most bytes of one state or record as JSON text. */
export const MAX_JSON_BYTES = 4_194_304;

/** Writes a value as JSON text. @throws InvalidArgumentError when it is not JSON or over the bound */
export function encodeJson(field: string, value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    throw new InvalidArgumentError(field, 'cannot be written as JSON');
  }
  // NaN and the like become `null`, which would delete the row.
  if (text === undefined || (text === 'null' && value !== null)) {
    throw new InvalidArgumentError(field, 'is not a JSON value; use null for nothing');
  }
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_JSON_BYTES) {
    throw new InvalidArgumentError(field, `must not exceed ${MAX_JSON_BYTES} bytes as JSON, but has ${bytes}`);
  }
  if (isJsonTooDeep(text)) {
    throw new InvalidArgumentError(
      field,
      `must not have more than ${MAX_JSON_DEPTH} objects and arrays within each other`,
    );
  }
  return text;
}

import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';

/** Most bytes of one state or record as JSON text. */
export const MAX_JSON_BYTES = 4_194_304;

/** Most objects and arrays within each other; databases stop at about a thousand. */
export const MAX_JSON_DEPTH = 500;

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
  if (isTooDeep(text)) {
    throw new InvalidArgumentError(
      field,
      `must not have more than ${MAX_JSON_DEPTH} objects and arrays within each other`,
    );
  }
  return text;
}

function isTooDeep(json: string): boolean {
  // Every level takes two characters at least, so most texts need no look.
  if (json.length <= 2 * MAX_JSON_DEPTH) return false;
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === '"') i = endOfString(json, i);
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth > MAX_JSON_DEPTH) return true;
  }
  return false;
}

/** Index of the quote that ends the string whose first quote stands at `start`. */
function endOfString(json: string, start: number): number {
  let i = start + 1;
  while (json[i] !== '"') i += json[i] === '\\' ? 2 : 1;
  return i;
}

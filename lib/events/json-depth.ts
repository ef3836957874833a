/** Most objects and arrays within each other that every database can search; they stop at about a thousand. */
export const MAX_JSON_DEPTH = 500;

/** Whether a JSON text has more objects and arrays within each other than {@link MAX_JSON_DEPTH}. */
export function isJsonTooDeep(json: string): boolean {
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

import { InvalidArgumentError } from '../errors/invalid-argument.error.js';

/**
 * The server's bound of one parameter, its setting `http_max_field_value_size`: over it, it answers with an error that
 * names neither the parameter nor the bound. Escapes and separators count.
 */
export const MAX_PARAM_BYTES = 131_072;
const DEFAULT_MAX_ITEMS = 1_000;
/** Two quotes and a comma. */
const BYTES_PER_LIST_ITEM = 3;

/** Size of a text as an item of a list parameter. */
function listItemBytes(text: string): number {
  const escapes = text.match(/[\t\n\r'\\]/g)?.length ?? 0;
  return Buffer.byteLength(text) + escapes + BYTES_PER_LIST_ITEM;
}

/** @throws InvalidArgumentError naming the parameter that is too large for the server */
export function checkParams(params: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(params)) {
    if (paramBytes(value) > MAX_PARAM_BYTES) {
      throw new InvalidArgumentError(
        `params.${name}`,
        `must not exceed ${MAX_PARAM_BYTES} bytes; send it in several statements`,
      );
    }
  }
}

/** Of texts and lists of texts, the only values that can get large. */
function paramBytes(value: unknown): number {
  if (typeof value === 'string') return listItemBytes(value) - BYTES_PER_LIST_ITEM;
  if (!Array.isArray(value)) return 0;
  return value.reduce<number>((sum, item) => sum + (typeof item === 'string' ? listItemBytes(item) : 0), 2);
}

/**
 * Splits what shall be looked up into parts that fit into one statement each.
 *
 * @param textsOf the texts of an item, one for each list parameter that is made of the items; always the same number
 * @param maxItems bound of the items of one part
 */
export function* chunkForParams<T>(
  items: readonly T[],
  textsOf: (item: T) => readonly string[],
  maxItems = DEFAULT_MAX_ITEMS,
): Generator<T[]> {
  let chunk: T[] = [];
  let sizes: number[] = [];
  for (const item of items) {
    const added = textsOf(item).map(listItemBytes);
    const fits = added.every((bytes, index) => (sizes[index] ?? 2) + bytes <= MAX_PARAM_BYTES);
    if (chunk.length > 0 && (!fits || chunk.length === maxItems)) {
      yield chunk;
      chunk = [];
      sizes = [];
    }
    chunk.push(item);
    sizes = added.map((bytes, index) => (sizes[index] ?? 2) + bytes);
  }
  if (chunk.length > 0) yield chunk;
}

import { isPlain } from './is-plain.js';

/** Upper bound in UTF-8 bytes of every id: tenant, aggregate type, aggregate id, key. @publicApi */
export const MAX_ID_BYTES = 512;

/**
 * Says what keeps a value from being an id, or returns `null` for a good one. Ids become parts of keys in several
 * systems, so what those cannot carry unchanged (control characters, lone surrogates) is refused at the door.
 */
export function textProblem(value: unknown, maxBytes: number = MAX_ID_BYTES): string | null {
  if (typeof value !== 'string') return 'must be a string';
  if (value.length <= maxBytes && isPlain(value)) return null;
  if (value.length === 0) return 'must not be empty';
  if (value.trim() !== value) return 'must not begin or end with white space';
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  if (/[\u0000-\u001f\u007f]/.test(value)) return 'must not contain control characters';
  if (/\p{Surrogate}/u.test(value)) return 'must not contain lone surrogates';
  if (Buffer.byteLength(value) > maxBytes) return `must not exceed ${maxBytes} bytes`;
  return null;
}

import { isPlain } from './is-plain.js';

/**
 * Joins parts into one key, injectively: different lists of parts never give the same key. A part that is not plain is
 * percent-encoded, so the separator, braces (Redis hash tags) and glob characters cannot occur inside one.
 */
export function encodeKey(...parts: readonly (string | number)[]): string {
  return parts.map(encodePart).join(':');
}

function encodePart(part: string | number): string {
  if (typeof part === 'string' && isPlain(part)) return part;
  // `*` is the one glob character that encodeURIComponent() leaves as it is.
  return encodeURIComponent(part).replaceAll('*', '%2A');
}

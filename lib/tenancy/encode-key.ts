/**
 * Joins parts into one key, injectively: different lists of parts never give the same key. Each part is
 * percent-encoded, so the separator, braces (Redis hash tags) and glob characters cannot occur inside one.
 */
export function encodeKey(...parts: readonly (string | number)[]): string {
  return parts.map((part) => encodeURIComponent(part)).join(':');
}

/**
 * Joins parts into one key, injectively: different lists of parts never give the same key. Each part is
 * percent-encoded, so the separator, braces (Redis hash tags) and glob characters cannot occur inside one.
 */
export function encodeKey(...parts: readonly (string | number)[]): string {
  // `*` is the one glob character that encodeURIComponent() leaves as it is.
  return parts.map((part) => encodeURIComponent(part).replaceAll('*', '%2A')).join(':');
}

/** Milliseconds since the epoch as ISO 8601 text in UTC, to the millisecond. */
export function toIsoTime(timeMs: number): string;
export function toIsoTime(timeMs: number | null): string | null;
export function toIsoTime(timeMs: number | null): string | null {
  return timeMs === null ? null : new Date(timeMs).toISOString();
}

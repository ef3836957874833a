/** Takes the noise of sums and differences of doubles off a duration in milliseconds. */
export function roundToMicroseconds(durationMs: number): number {
  return Math.round(durationMs * 1_000) / 1_000;
}

/** 10_000 → `10k`, 1_000_000 → `1m`: as names of cases have it. */
export function sizeLabel(events: number): string {
  return events >= 1_000_000 ? `${events / 1_000_000}m` : `${events / 1_000}k`;
}

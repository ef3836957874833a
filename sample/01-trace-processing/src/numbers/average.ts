/** To a billionth; `null` of nothing. */
export function average(sum: number, count: number): number | null {
  return count === 0 ? null : Math.round((sum / count) * 1e9) / 1e9;
}

/** The longest time that a timer of Node can wait. */
export const MAX_TIMER_MS = 2_147_483_647;

/** Says what keeps a number from being an integer between the bounds, or returns `null`. */
export function integerProblem(value: unknown, min: number, max: number = MAX_TIMER_MS): string | null {
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return null;
  return `must be an integer from ${min} to ${max}, not ${String(value)}`;
}

/** A line about whatever was thrown; user code may throw anything, even what has no text. */
export function describeError(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  try {
    return String(error);
  } catch {
    return `a thrown ${typeof error}`;
  }
}

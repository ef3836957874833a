/** Takes one step after the other, each with a bound of its own; none that fails keeps the next from its turn. */
export async function closeInOrder(database: string, steps: readonly (() => unknown)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) {
    throw errors.length === 1 ? errors[0] : new AggregateError(errors, `Closing ${database} failed`);
  }
}

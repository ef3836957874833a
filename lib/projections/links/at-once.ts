/**
 * Does something with each item, with so many of them at once. When one fails no further one is begun, and the error
 * comes when those that were begun have ended.
 */
export async function atOnce<T>(items: Iterable<T>, limit: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const failures: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (failures.length === 0 && next < waiting.length) {
      const item = waiting[next]!;
      next += 1;
      await work(item).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, waiting.length) }, worker));
  if (failures.length > 0) throw failures[0];
}

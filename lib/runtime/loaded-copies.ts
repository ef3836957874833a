const COPIES = Symbol.for('@event-sourcing/nestjs:copies');
const loaded = globalThis as { [COPIES]?: number };
loaded[COPIES] = (loaded[COPIES] ?? 0) + 1;

/** How many copies of this package are loaded. Each has DI tokens of its own. */
export function loadedCopies(): number {
  return loaded[COPIES] ?? 1;
}

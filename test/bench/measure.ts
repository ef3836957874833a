/** Middle value; of an even number of values the upper one of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** The value below which the share of all lies. @param share from 0 to 1 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

/** What one measurement gave. */
export interface Measured {
  /** Units of work a second. */
  readonly rate: number;
  /** Durations of the single calls in milliseconds. */
  readonly durations: readonly number[];
}

/** Calls `work` from `callers` loops for so long; each call does `units` units of work. */
export async function measure(
  measureMs: number,
  callers: number,
  units: number,
  work: (caller: number) => Promise<unknown>,
): Promise<Measured> {
  const durations: number[] = [];
  const startedAt = performance.now();
  const loop = async (caller: number): Promise<void> => {
    for (let now = performance.now(); now - startedAt < measureMs; now = performance.now()) {
      await work(caller);
      durations.push(performance.now() - now);
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => loop(caller)));
  return { rate: (durations.length * units * 1_000) / (performance.now() - startedAt), durations };
}

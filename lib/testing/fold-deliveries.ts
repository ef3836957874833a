/** A part of the stream of a lane, and whether it brings its events along. */
export interface DeliveredRange {
  readonly from: number;
  readonly to: number;
  readonly carries: boolean;
}

/** Jobs that a worker gets at once. */
export interface DeliveredBatch {
  readonly ranges: readonly DeliveredRange[];
  readonly redelivered: boolean;
  /** One of `WORKERS`, each of which remembers what it did last. */
  readonly worker: number;
}

/** The events of an aggregate as a lane may deliver them. */
export interface Delivery {
  readonly name: string;
  readonly batches: readonly DeliveredBatch[];
}

export const WORKERS = 2;
const SHUFFLES = 25;
const MAX_BATCH = 4;

/** The order of the stream first, then what retries, dead workers and races make of it: the same ones each time. */
export function deliveriesOf(events: number): readonly Delivery[] {
  const singles = Array.from({ length: events }, (_, index) => range(index + 1));
  const backwards = singles.toReversed();
  return [
    { name: 'one by one', batches: singles.map((one) => batch([one])) },
    { name: 'in one batch', batches: [batch(singles)] },
    { name: 'each twice', batches: singles.flatMap((one) => [batch([one]), again([one])]) },
    { name: 'all twice', batches: [batch(singles), again(singles), batch([...singles, ...singles])] },
    { name: 'backwards, one by one', batches: backwards.map((one) => batch([one])) },
    { name: 'backwards, in one batch', batches: [batch(backwards)] },
    { name: 'read from the log', batches: [batch([{ from: 1, to: events, carries: false }])] },
    ...Array.from({ length: SHUFFLES }, (_, seed) => shuffled(events, seed + 1)),
  ];
}

const range = (at: number): DeliveredRange => ({ from: at, to: at, carries: true });
const batch = (ranges: readonly DeliveredRange[], worker = 0): DeliveredBatch => ({
  ranges,
  redelivered: false,
  worker,
});
const again = (ranges: readonly DeliveredRange[]): DeliveredBatch => ({ ranges, redelivered: true, worker: 1 });

/** Each event at least once, in any order and company, some of them again, by any worker. */
function shuffled(events: number, seed: number): Delivery {
  const below = chance(seed);
  const pool = Array.from({ length: events }, (_, index) => range(index + 1));
  for (let more = below(events + 2); more > 0; more -= 1) {
    const from = 1 + below(events);
    pool.push({ from, to: from + below(events - from + 1), carries: below(3) > 0 });
  }
  const left: DeliveredRange[] = [];
  while (pool.length > 0) left.push(...pool.splice(below(pool.length), 1));
  const batches: DeliveredBatch[] = [];
  while (left.length > 0) {
    const ranges = left.splice(0, 1 + below(MAX_BATCH));
    batches.push({ ranges, redelivered: below(2) === 0, worker: below(WORKERS) });
  }
  return { name: `shuffled and with repeats (${seed})`, batches };
}

/** Integers from 0 below a limit, the same ones for a seed (mulberry32). */
function chance(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

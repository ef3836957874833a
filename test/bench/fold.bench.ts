import type { BenchResult, BenchScale, BenchSuite } from './bench-case.js';
import { type FoldFigures, FoldWorker } from './fold/fold-worker.js';
import { foldsPerSecond } from './fold/purity.js';
import { rebuildRates } from './fold/rebuild.js';
import { median } from './measure.js';

const HOT_EVENTS_PER_MS = 12.5;
const COLD_AGGREGATES_PER_MS = 2.5;
const RATE_GOAL = 5_000;
const REBUILD_GOAL = 150_000;
/** Aggregates of 100 events each, a millisecond of measuring: 1 M events at full length. */
const REBUILT_AGGREGATES_PER_MS = 2.5;
const REBUILT_EVENTS_EACH = 100;
/** A load and a save. */
const STATEMENTS_GOAL = 2;
/** A load and a save of each event, without company. */
const STATEMENTS_ALONE = 400;

/** A worker that folds what waits in Redis into rows in ClickHouse, and the executor by itself. */
export const foldBench: BenchSuite = {
  name: 'fold',
  async run({ rounds, measureMs }: BenchScale) {
    const hot: FoldFigures[] = [];
    const cold: FoldFigures[] = [];
    const alone: number[] = [];
    const checked: number[] = [];
    const worker = await FoldWorker.open();
    try {
      for (let round = 0; round < rounds; round += 1) {
        hot.push(await worker.hotAggregate(measureMs * HOT_EVENTS_PER_MS));
        cold.push(await worker.coldAggregates(measureMs * COLD_AGGREGATES_PER_MS));
        alone.push(await foldsPerSecond(false, measureMs));
        checked.push(await foldsPerSecond(true, measureMs));
      }
    } finally {
      await worker.stop();
    }
    const rebuilt = await rebuildRates(rounds, measureMs * REBUILT_AGGREGATES_PER_MS, REBUILT_EVENTS_EACH);
    return [
      statements('hot-aggregate', hot, 'goal', STATEMENTS_GOAL),
      rate('hot-aggregate-rate', eventsPerSecond(hot), 'goal', RATE_GOAL),
      rate('cold-aggregates', eventsPerSecond(cold), 'goal', RATE_GOAL),
      statements('cold-aggregates-statements', cold, 'load and save alone', STATEMENTS_ALONE),
      rate('rebuild', median(rebuilt), 'goal', REBUILD_GOAL),
      rate('check-purity', median(checked), 'no check', median(alone)),
    ];
  },
};

const eventsPerSecond = (figures: readonly FoldFigures[]): number => median(figures.map((one) => one.eventsPerSecond));

function rate(name: string, value: number, peer: string, peerValue: number): BenchResult {
  return { name, unit: 'events/s', value, peer, peerValue, ratio: value / peerValue };
}

function statements(name: string, figures: readonly FoldFigures[], peer: string, peerValue: number): BenchResult {
  const value = median(figures.map((one) => one.statementsPer200));
  return { name, unit: 'statements/200 events', value, peer, peerValue, ratio: peerValue / value };
}

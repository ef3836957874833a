import type { BenchResult, BenchScale, BenchSuite } from './bench-case.js';
import { collect } from '../support/collect.js';
import { anEvent, aStream } from './bench-events.js';
import { type ClickHouseLog, openClickHouseLog } from './clickhouse-log.js';
import { measure, median } from './measure.js';

const EVENTS_PER_AGGREGATE = 10;

/** Fills the log with aggregates of ten events each. */
async function fill({ connection }: ClickHouseLog, from: number, events: number): Promise<void> {
  const payload = JSON.stringify(anEvent().data);
  await connection.command(
    `INSERT INTO events SELECT 'bench', 'bench', concat('filled-', toString(intDiv(number, {each:UInt32}))),
       number % {each:UInt32} + 1, toString(generateUUIDv7(number)), 'contract.noted', 1, now64(3), now64(3), '',
       {payload:String}, '{}', 1
     FROM numbers({from:UInt64}, {events:UInt64})`,
    { each: EVENTS_PER_AGGREGATE, payload, from, events },
  );
}

/** Milliseconds that the read of one aggregate takes in logs of two sizes, beside the least that any query takes. */
export const readBench: BenchSuite = {
  name: 'read',
  async run({ rounds, measureMs, smallLog, largeLog }: BenchScale): Promise<readonly BenchResult[]> {
    const log = await openClickHouseLog();
    try {
      const results: BenchResult[] = [];
      let filled = 0;
      for (const [name, events] of [
        ['read-aggregate-10k', smallLog],
        ['read-aggregate-1m', largeLog],
      ] as const) {
        await fill(log, filled, events - filled);
        filled = events;
        const reads: number[] = [];
        const floors: number[] = [];
        for (let round = 0; round < rounds; round += 1) {
          const aggregates = events / EVENTS_PER_AGGREGATE;
          const read = await measure(measureMs, 1, 1, () =>
            collect(log.store.read(aStream(`filled-${Math.floor(Math.random() * aggregates)}`))),
          );
          reads.push(median(read.durations));
          floors.push(median((await measure(measureMs, 1, 1, () => log.connection.query('SELECT 1'))).durations));
        }
        const [value, peerValue] = [median(reads), median(floors)];
        results.push({ name, unit: 'ms (p50)', value, peer: 'SELECT 1', peerValue, ratio: peerValue / value });
      }
      return results;
    } finally {
      await log.stop();
    }
  },
};

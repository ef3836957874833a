import type { BenchResult, BenchScale, BenchSuite } from './bench-case.js';
import { collect } from '../support/collect.js';
import { aStream } from './bench-events.js';
import { type ClickHouseLog, openClickHouseLog } from './clickhouse-log.js';
import { measure, median } from './measure.js';
import { sizeLabel } from './size-label.js';

const EVENTS_PER_AGGREGATE = 10;
/** What a rebuild of projections is to reach on one thread. */
const SCAN_GOAL = 200_000;

interface Counted {
  events: number;
  length: number;
}

/** What the log gives back: single aggregates out of logs of different sizes, and the whole log. */
export const readBench: BenchSuite = {
  name: 'read',
  async run(scale: BenchScale): Promise<readonly BenchResult[]> {
    const log = await openClickHouseLog();
    try {
      const results: BenchResult[] = [];
      let filled = 0;
      for (const events of scale.logs) {
        await fill(log, filled, events - filled);
        filled = events;
        results.push(await readAggregates(log, events, scale));
      }
      return [...results, await scan(log, filled, scale)];
    } finally {
      await log.stop();
    }
  },
};

/** Fills the log with aggregates of ten events each, of about 250 bytes. */
async function fill({ connection }: ClickHouseLog, from: number, events: number): Promise<void> {
  await connection.command(
    `INSERT INTO events (tenant_id, aggregate_type, aggregate_id, sequence, event_id, event_type, event_version,
       occurred_at, recorded_at, idempotency_key, payload, metadata, epoch)
     SELECT 'bench', 'bench', concat('filled-', toString(intDiv(number, {each:UInt32}))),
       number % {each:UInt32} + 1, toString(generateUUIDv7(number)), 'contract.noted', 1, now64(3), now64(3), '',
       {payload:String}, '{}', 1
     FROM numbers({from:UInt64}, {events:UInt64})`,
    { each: EVENTS_PER_AGGREGATE, payload: JSON.stringify({ body: { n: 1, text: 'x'.repeat(220) } }), from, events },
  );
}

/** How long the read of one aggregate takes, beside the least that any query takes. */
async function readAggregates(
  { store, connection }: ClickHouseLog,
  events: number,
  { rounds, measureMs }: BenchScale,
): Promise<BenchResult> {
  const aggregates = events / EVENTS_PER_AGGREGATE;
  const reads: number[] = [];
  const floors: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const read = await measure(measureMs, 1, 1, () =>
      collect(store.read(aStream(`filled-${Math.floor(Math.random() * aggregates)}`))),
    );
    reads.push(median(read.durations));
    floors.push(median((await measure(measureMs, 1, 1, () => connection.query('SELECT 1'))).durations));
  }
  const [value, peerValue] = [median(reads), median(floors)];
  const name = `read-aggregate-${sizeLabel(events)}`;
  return { name, unit: 'ms (p50)', value, peer: 'SELECT 1', peerValue, ratio: peerValue / value };
}

/** Events a second from the log into folded objects, one for each aggregate. */
async function scan({ store }: ClickHouseLog, events: number, { rounds }: BenchScale): Promise<BenchResult> {
  const rates: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    const folded = new Map<string, Counted>();
    for await (const { aggregateId, data } of store.scan()) {
      const { body } = data as { readonly body: { readonly text: string } };
      let state = folded.get(aggregateId);
      if (!state) folded.set(aggregateId, (state = { events: 0, length: 0 }));
      state.events += 1;
      state.length += body.text.length;
    }
    if (folded.size !== events / EVENTS_PER_AGGREGATE) throw new Error(`The scan gave ${folded.size} aggregates.`);
    rates.push((events * 1_000) / (performance.now() - startedAt));
  }
  const value = median(rates);
  return { name: 'scan', unit: 'events/s', value, peer: 'goal', peerValue: SCAN_GOAL, ratio: value / SCAN_GOAL };
}

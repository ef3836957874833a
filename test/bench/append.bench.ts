import { randomUUID } from 'node:crypto';
import type { ClickHouseConnection } from '../../lib/clickhouse/clickhouse-connection.js';
import type { BenchResult, BenchScale, BenchSuite } from './bench-case.js';
import { anEvent, aStream, type ClickHouseLog, openClickHouseLog } from './clickhouse-log.js';
import { measure, median } from './measure.js';

const RAW_BATCH_ROWS = 1_000;

/** What the table takes from a bare loop of inserts of the same events: the limit of every writer. */
async function rawInsert(connection: ClickHouseConnection, rows: number): Promise<void> {
  await connection.insert(
    'events',
    Array.from({ length: rows }, (_, index) => ({
      tenant_id: 'raw',
      aggregate_type: 'bench',
      aggregate_id: randomUUID(),
      sequence: index + 1,
      event_id: randomUUID(),
      event_type: 'contract.noted',
      event_version: 1,
      occurred_at: '2026-01-01 00:00:00.000',
      recorded_at: '2026-01-01 00:00:00.000',
      idempotency_key: '',
      payload: JSON.stringify(anEvent().data),
      metadata: '{}',
      epoch: 1,
    })),
  );
}

async function appendBy(log: ClickHouseLog, writers: number, measureMs: number): Promise<number> {
  const streams = Array.from({ length: writers }, () => aStream());
  const { rate } = await measure(measureMs, writers, 1, (writer) => log.store.append(streams[writer]!, [anEvent()]));
  return rate;
}

/** Events a second that the log takes, beside a bare loop of inserts into the same table. */
export const appendBench: BenchSuite = {
  name: 'append',
  async run({ rounds, measureMs }: BenchScale): Promise<readonly BenchResult[]> {
    const log = await openClickHouseLog();
    try {
      const rates = { one: [] as number[], many: [] as number[], rawOne: [] as number[], rawMany: [] as number[] };
      for (let round = 0; round < rounds; round += 1) {
        rates.one.push(await appendBy(log, 1, measureMs));
        rates.rawOne.push((await measure(measureMs, 1, 1, () => rawInsert(log.connection, 1))).rate);
        rates.many.push(await appendBy(log, 256, measureMs));
        rates.rawMany.push(
          (await measure(measureMs, 1, RAW_BATCH_ROWS, () => rawInsert(log.connection, RAW_BATCH_ROWS))).rate,
        );
      }
      return [
        toResult('append-ch-1', 'loop of inserts of 1 row', rates.one, rates.rawOne),
        toResult('append-ch-256', 'loop of inserts of 1,000 rows', rates.many, rates.rawMany),
      ];
    } finally {
      await log.stop();
    }
  },
};

function toResult(name: string, peer: string, rates: readonly number[], peerRates: readonly number[]): BenchResult {
  const [value, peerValue] = [median(rates), median(peerRates)];
  return { name, unit: 'events/s', value, peer, peerValue, ratio: value / peerValue };
}

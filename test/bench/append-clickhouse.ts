import { randomUUID } from 'node:crypto';
import type { ClickHouseConnection } from '../../lib/clickhouse/clickhouse-connection.js';
import type { BenchResult, BenchScale } from './bench-case.js';
import { anEvent, aStream } from './bench-events.js';
import { type ClickHouseLog, openClickHouseLog } from './clickhouse-log.js';
import { Comparison, type Load, runRounds } from './rates.js';

const FULL_BATCH = 1_000;

/** Writers, and events of each of their appends. The first two are compared with what their issue names. */
const CASES = [
  { writers: 1, events: 1, peerRows: 1 },
  { writers: 256, events: 1, peerRows: FULL_BATCH },
  { writers: 16, events: 1, peerRows: FULL_BATCH },
  { writers: 1, events: 10, peerRows: 10 },
  { writers: 16, events: 10, peerRows: FULL_BATCH },
  { writers: 256, events: 10, peerRows: FULL_BATCH },
] as const;

/** Events a second that the log in ClickHouse takes, beside a bare loop of inserts into the same table. */
export async function appendToClickHouse({ rounds, measureMs }: BenchScale): Promise<readonly BenchResult[]> {
  const log = await openClickHouseLog();
  try {
    const comparisons = CASES.map(({ writers, events, peerRows }) => {
      const name = `append-ch-${writers}${events === 1 ? '' : `x${events}`}`;
      const peer = `loop of inserts of ${peerRows} ${peerRows === 1 ? 'row' : 'rows'}`;
      return new Comparison(name, appends(log, writers, events), peer, rawInserts(log.connection, peerRows));
    });
    const raw = (rows: number): Load => rawInserts(log.connection, rows);
    // As many rows as 256 writers of one event can have under way: what they could reach at most.
    const limit = new Comparison('limit-ch-256', raw(256), `loop of inserts of ${FULL_BATCH} rows`, raw(FULL_BATCH));
    comparisons.push(limit);
    await runRounds(comparisons, rounds, measureMs);
    return comparisons.flatMap((comparison) => comparison.results());
  } finally {
    await log.stop();
  }
}

function appends({ store }: ClickHouseLog, writers: number, events: number): Load {
  const streams = Array.from({ length: writers }, () => aStream());
  const work = (writer: number): Promise<unknown> =>
    store.append(streams[writer]!, Array.from({ length: events }, anEvent));
  return { callers: writers, eventsPerCall: events, work };
}

/** What the table takes from one client that has nothing else to do: the limit of every writer. */
function rawInserts(connection: ClickHouseConnection, rows: number): Load {
  return {
    callers: 1,
    eventsPerCall: rows,
    work: () => connection.insert('events', Array.from({ length: rows }, aRow)),
  };
}

function aRow(_: unknown, index: number): object {
  return {
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
  };
}

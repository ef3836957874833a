import { randomUUID } from 'node:crypto';
import type { BenchResult, BenchScale } from './bench-case.js';
import { anEvent, aStream } from './bench-events.js';
import { openPostgresLog, type PostgresLog } from './postgres-log.js';
import { Comparison, type Load, runRounds } from './rates.js';

const CASES = [
  { writers: 1, events: 1 },
  { writers: 16, events: 1 },
  { writers: 1, events: 100 },
  { writers: 16, events: 100 },
] as const;

/** The columns of an event and nothing around them: one statement, one index. */
const RAW_TABLE = `CREATE TABLE raw_events (
  tenant_id text, aggregate_type text, aggregate_id text, sequence bigint, event_id uuid, event_type text,
  event_version bigint, occurred_at timestamptz DEFAULT now(), recorded_at timestamptz DEFAULT now(), metadata text,
  payload text, PRIMARY KEY (tenant_id, aggregate_type, aggregate_id, sequence))`;

const RAW_INSERT = {
  name: 'raw_insert',
  text: `INSERT INTO raw_events
    SELECT 'raw', 'bench', r.stream, r.n, r.id, 'contract.noted', 1, now(), now(), '{}', r.payload
    FROM json_to_recordset($1) AS r(stream text, n bigint, id uuid, payload text)`,
};

/** Events a second that the log in PostgreSQL takes, beside bare inserts of as many rows by as many connections. */
export async function appendToPostgres({ rounds, measureMs }: BenchScale): Promise<readonly BenchResult[]> {
  const log = await openPostgresLog();
  try {
    await log.client.query(RAW_TABLE);
    const comparisons = CASES.map(({ writers, events }) => {
      const name = `append-pg-${writers}${events === 1 ? '' : `x${events}`}`;
      return new Comparison(name, appends(log, writers, events), 'bare inserts', rawInserts(log, writers, events));
    });
    await runRounds(comparisons, rounds, measureMs);
    return comparisons.flatMap((comparison) => comparison.results());
  } finally {
    await log.stop();
  }
}

function appends({ store }: PostgresLog, writers: number, events: number): Load {
  const streams = Array.from({ length: writers }, () => aStream());
  const work = (writer: number): Promise<unknown> =>
    store.append(streams[writer]!, Array.from({ length: events }, anEvent));
  return { callers: writers, eventsPerCall: events, work };
}

function rawInserts({ client }: PostgresLog, callers: number, rows: number): Load {
  const work = (): Promise<unknown> => client.query({ ...RAW_INSERT, values: [JSON.stringify(rawRows(rows))] });
  return { callers, eventsPerCall: rows, work };
}

function rawRows(count: number): readonly object[] {
  const stream = randomUUID();
  return Array.from({ length: count }, (_, index) => ({
    stream,
    n: index + 1,
    id: randomUUID(),
    payload: JSON.stringify(anEvent().data),
  }));
}

import { expect, test } from 'vitest';
import { BatchInserter } from '../../../lib/event-store/clickhouse/batch-inserter.js';
import { resolveOptions } from '../../../lib/event-store/clickhouse/clickhouse-event-store-options.js';
import type { NewEventRow } from '../../../lib/event-store/clickhouse/event-row.js';
import type { WriterTools } from '../../../lib/event-store/clickhouse/writer-tools.js';

const RECORDED_MS = 1_000_000;

test('gives no insert a deadline after which its rows could land later than they settle', async () => {
  const options = resolveOptions({
    insertDeadlineMs: 5_000,
    maxInsertMs: 2_500,
    settleMs: 12_000,
    maxInsertAttempts: 5,
  });
  let nowMs = RECORDED_MS + 100;
  const deadlines: number[] = [];
  const tools = {
    options,
    serverClock: { now: () => nowMs },
    stats: { inserts: 0 },
    connection: {
      insertSelect: async (_sql: string, _rows: unknown, { deadline }: { readonly deadline: number }) => {
        deadlines.push(deadline);
        nowMs += 3_000;
        return 0;
      },
      query: async () => [{ newest: '7', now_ms: String(nowMs) }],
    },
  } as unknown as WriterTools;
  const rows = [{}, {}] as NewEventRow[];
  expect(await new BatchInserter(tools, '7').insert(rows, 'token', RECORDED_MS)).toMatchObject({ kind: 'refused' });
  // The server bounds a run in whole seconds: 3 s before the rows have settled.
  const last = RECORDED_MS + 12_000 - 3_000;
  expect(deadlines).toEqual([RECORDED_MS + 5_100, RECORDED_MS + 8_100, last, last, last]);
});

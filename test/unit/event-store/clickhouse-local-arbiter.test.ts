import { expect, test } from 'vitest';
import { resolveOptions } from '../../../lib/event-store/clickhouse/clickhouse-event-store-options.js';
import type { Lane, WaitingAppend } from '../../../lib/event-store/clickhouse/lane.js';
import { LocalArbiter } from '../../../lib/event-store/clickhouse/local-arbiter.js';
import type { WriterTools } from '../../../lib/event-store/clickhouse/writer-tools.js';
import type { EventId } from '../../../lib/events/event-id.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';

const NOW_MS = 1_000_000;
const stream = { tenantId: createTenantId('t'), aggregateType: 'basket', aggregateId: 'a' };

function anAppend(): WaitingAppend {
  const draft = { ...stream, id: '1' as EventId, type: 't', version: 1, payload: '{}', tags: [], metadata: {} };
  const append = { stream, drafts: [{ ...draft, occurredAt: 5 }], expectedSequence: 'any' as const, bytes: 0 };
  return { kind: 'append', stream, since: 0, append, resolve: () => undefined, reject: () => undefined };
}

async function openArbiter(nowMs: () => number, sync: () => Promise<void>): Promise<LocalArbiter> {
  return LocalArbiter.open({
    options: resolveOptions({
      exclusiveServer: true,
      insertDeadlineMs: 5_000,
      maxInsertMs: 2_500,
      settleMs: 12_000,
    }),
    serverClock: { now: nowMs, sync },
    stats: { loads: 0 },
    connection: { query: async () => [{ newest: '7', now_ms: String(nowMs()) }], command: async () => undefined },
  } as unknown as WriterTools);
}

test('gives no insert a deadline after which its rows could land later than they settle', async () => {
  let nowMs = NOW_MS;
  let measured = 0;
  const arbiter = await openArbiter(
    () => nowMs,
    async () => void (measured += 1),
  );
  const state = { head: 0, recordedAt: 0, keys: new Map(), complete: true };
  const lane: Lane = { key: 'a', stream, phase: 'flying', state, waiting: [], events: 0, bytes: 0 };
  const { deadline, settle } = await arbiter.reserve([{ lane, items: [anAppend()] }]);
  const deadlines = [0, 3_000, 6_000, 8_999, 9_000].map((passedMs) => {
    nowMs = NOW_MS + passedMs;
    return deadline(0);
  });
  // The server bounds a run in whole seconds: 3 s before the rows have settled.
  const last = NOW_MS + 12_000 - 3_000;
  expect(deadlines).toEqual([NOW_MS + 5_000, NOW_MS + 8_000, last, last, undefined]);
  // Decided anew, the events get a later time, which is measured; meanwhile nothing of them waits to be dispatched.
  const { again, until } = settle({ kind: 'late' });
  expect(again).toBe(true);
  await until;
  expect(measured).toBe(1);
  expect(await arbiter.undispatched.find({ olderThanMs: 0, limit: 1 })).toEqual([]);
});

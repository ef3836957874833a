import { expect, test } from 'vitest';
import type { EventId } from '../../../lib/events/event-id.js';
import { judge, type Taken } from '../../../lib/event-store/clickhouse/append-batch.js';
import { AppendWriter } from '../../../lib/event-store/clickhouse/append-writer.js';
import type { Arbiter, Reservation } from '../../../lib/event-store/clickhouse/arbiter.js';
import { resolveOptions } from '../../../lib/event-store/clickhouse/clickhouse-event-store-options.js';
import type { WriterTools } from '../../../lib/event-store/clickhouse/writer-tools.js';
import type { StreamId } from '../../../lib/event-store/stream-id.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { gate, type Gate } from '../../support/gate.js';

const tenantId = createTenantId('t');

/** Lets everything go on that need not wait. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** A writer whose inserts last until they are let go, and the batches that its arbiter was asked about. */
function writing(undecided: (batch: number, id: string) => boolean) {
  const inserts: Gate[] = [];
  const batches: string[][] = [];
  const reserve = async (batch: readonly Taken[]): Promise<Reservation> => {
    const number = batches.push(batch.map(({ lane }) => lane.stream.aggregateId));
    const decided = batch.filter(({ lane }) => !undecided(number, lane.stream.aggregateId));
    for (const { lane } of decided) lane.state ??= { head: 0, recordedAt: 0, keys: new Map(), complete: true };
    const held = batch.filter((taken) => !decided.includes(taken));
    return {
      token: `${number}`,
      epoch: '1',
      deadline: () => 1,
      verdicts: decided.map((taken) => judge(taken, 1)),
      held: held.map(({ lane }) => ({ lane, until: Promise.resolve() })),
      settle: () => ({ again: false }),
    };
  };
  const arbiter = {
    problem: undefined,
    onStop: () => undefined,
    prepare: () => undefined,
    rest: () => undefined,
    reserve,
  } as unknown as Arbiter;
  const tools = {
    connection: {
      insertSelect: async (_: string, rows: readonly object[]) => {
        const insert = gate();
        inserts.push(insert);
        await insert.opened;
        return rows.length;
      },
    },
    serverClock: { now: () => 0 },
    serializer: { deserialize: (event: object) => event },
    options: resolveOptions({ flushDelayMs: 0 }),
    deduplication: {},
    stats: { appends: 0, events: 0, batches: 0, inserts: 0, loads: 0 },
  } as unknown as WriterTools;
  const writer = new AppendWriter(tools, arbiter);
  const append = (aggregateId: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const stream: StreamId = { tenantId, aggregateType: 'a', aggregateId };
      const draft = { ...stream, id: 'e' as EventId, type: 't', version: 1, payload: '{}', tags: [], metadata: {} };
      const prepared = { stream, drafts: [{ ...draft, occurredAt: 1 }], expectedSequence: 'any' as const, bytes: 1 };
      writer.submit({ kind: 'append', stream, since: performance.now(), append: prepared, resolve, reject });
    });
  return { append, inserts, batches };
}

test('a stream that one batch gave back, and another one took, is not let go when the first one ends', async () => {
  const { append, inserts, batches } = writing((batch, id) => batch === 1 && id === 'contended');
  const appends = [append('contended'), append('other')];
  await settled();
  expect(batches).toEqual([['contended', 'other'], ['contended']]);
  inserts[0]!.open();
  await settled();
  // The second batch is still on its way.
  appends.push(append('contended'));
  await settled();
  expect(batches).toHaveLength(2);
  inserts[1]!.open();
  await settled();
  expect(batches).toEqual([['contended', 'other'], ['contended'], ['contended']]);
  inserts[2]!.open();
  await Promise.all(appends);
});

import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../../lib/events/recorded-event.js';
import type { FoldReplay, ReplayBound } from '../../../lib/projections/fold-replay.js';
import type { ProjectionRow } from '../../../lib/projections/stores/projection-row.js';
import { BatchAbort } from '../../../lib/queue/batch-abort.js';
import type { Lane } from '../../../lib/queue/lane.js';
import { ReactorCalls } from '../../../lib/reactors/reactor-calls.js';
import type { ReactorDefinition } from '../../../lib/reactors/reactor-definition.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';

const tenantId = createTenantId('acme');
const abort = new BatchAbort();
const { signal } = abort;
const event = { id: 'e7', tenantId, aggregateType: 't', aggregateId: 'a', metadata: {} } as unknown as RecordedEvent;

/** What a reaction to the event at 7 is told, with a row at such a sequence, and what was folded from the log for it. */
async function told(exact: boolean, rowAt: number | undefined, laneType = '$links:f@2') {
  const replays: ReplayBound[] = [];
  const replay = {
    replay: async (_fold: unknown, _stream: unknown, bound: ReplayBound) => {
      replays.push(bound);
      return { state: 'folded', sequence: bound.sequence, updatedAt: 0 };
    },
  } as unknown as FoldReplay;
  const contexts: object[] = [];
  const reactor = {
    name: 'r',
    fold: { name: 'f', version: 2, aggregateType: '$links:f@2' },
    options: { exact },
    handler: {
      name: 'R',
      resolve: () => ({ handle: (_event: unknown, context: object) => void contexts.push(context) }),
    },
  } as unknown as ReactorDefinition;
  const lane: Lane = { tenantId, kind: 'reactor', component: 'r', aggregateType: laneType, id: 'k' };
  const row = rowAt === undefined ? null : ({ state: 'saved', sequence: rowAt } as ProjectionRow);
  await new ReactorCalls(replay).call(reactor, { lane, id: 'k', row }, { sequence: 7, event }, { attempt: 3, abort });
  expect(contexts).toEqual([expect.objectContaining({ tenantId, aggregateId: 'a', foldId: 'k', attempt: 3, signal })]);
  const { state, foldSequence } = contexts[0] as { state: unknown; foldSequence: number };
  return { state, foldSequence, replays };
}

describe('the state that a reaction is told', () => {
  it('is the saved one, at or after the event', async () => {
    expect(await told(false, 9)).toEqual({ state: 'saved', foldSequence: 9, replays: [] });
    expect(await told(false, 7)).toEqual({ state: 'saved', foldSequence: 7, replays: [] });
  });

  it.each([undefined, 3])('is folded from the log where the row stands before the event, at %s', async (rowAt) => {
    const replays = [{ sequence: 7, whole: false, signal }];
    expect(await told(false, rowAt)).toEqual({ state: 'folded', foldSequence: 7, replays });
  });

  it('is that at exactly the event where it is to be exact', async () => {
    const replays = [{ sequence: 7, whole: true, signal }];
    expect(await told(true, 9)).toEqual({ state: 'folded', foldSequence: 7, replays });
    expect(await told(true, 3)).toEqual({ state: 'folded', foldSequence: 7, replays });
    expect(await told(true, 7)).toEqual({ state: 'saved', foldSequence: 7, replays: [] });
  });

  it('is the saved one where the event stands among the links of another version', async () => {
    expect(await told(true, 3, '$links:f@1')).toEqual({ state: 'saved', foldSequence: 3, replays: [] });
  });
});

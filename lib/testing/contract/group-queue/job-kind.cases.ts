import type { Job } from '../../../queue/job.js';
import type { LaneKind } from '../../../queue/lane.js';
import type { StagedJob } from '../../../queue/staged-job.js';
import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import { type GroupQueueCases, POLICY, settled } from './group-queue-cases.js';

const AWKWARD = 'a:b "ü" {c}';
const metadata = { correlationId: AWKWARD, userId: 'ann' };
const sender = { process: 'p', processId: AWKWARD, decision: 2, index: 1, again: true } as const;
const accepted = { commandId: 'k', receiptId: 'r', awaited: true, type: 'x', data: { text: AWKWARD }, acceptedAt: 7 };

const JOBS: readonly (readonly [name: string, job: Job, lane?: LaneKind])[] = [
  ['command', { kind: 'command', ...accepted, metadata }],
  ['command of a process', { kind: 'command', ...accepted, metadata, replyTo: sender }],
  ['delayed command', { kind: 'command', ...accepted, metadata, aggregateId: AWKWARD }, 'delay'],
  ['fold', { kind: 'fold', aggregateId: AWKWARD, from: 2, to: 5, events: null }],
  ['map', { kind: 'map', aggregateId: AWKWARD, from: 2, to: 2, events: [] }],
  ['route', { kind: 'route', aggregateId: AWKWARD, from: 2, to: 3, events: null }],
  ['process', { kind: 'process', aggregateId: AWKWARD, from: 1, to: 3, events: null }],
  ['reactor', { kind: 'reactor', aggregateId: AWKWARD, sequence: 9, event: null }],
  ['durable reactor', { kind: 'reactor', aggregateId: AWKWARD, sequence: 9, event: null, from: 4 }],
  ['timer', { kind: 'timer', aggregateId: AWKWARD, wakeUp: AWKWARD, since: 3 }],
  ['outbox', { kind: 'outbox', aggregateId: AWKWARD }],
  [
    'outbox with a reply',
    { kind: 'outbox', aggregateId: AWKWARD, reply: { decision: 2, index: 1, metadata, outcome: AWKWARD } },
  ],
];

export function jobKindCases({ expect, test, open }: GroupQueueCases): void {
  test.each(JOBS)('hands out a job as it was staged: %s', async (_, job, kind = job.kind) => {
    const staged: StagedJob = {
      lane: { tenantId: createTenantId('acme'), kind, component: 'c', aggregateType: 't', id: AWKWARD },
      job,
    };
    const queue = await open();
    const batches: unknown[] = [];
    await queue.stage([staged]);
    queue.consume({
      components: [{ kind, component: 'c', pipeline: 'p' }],
      policy: () => POLICY,
      handle: async ({ lane, jobs }) => {
        batches.push({ lane, jobs: [...jobs] });
        return { completed: jobs.length, followUps: [] };
      },
    });
    await settled(queue);
    expect(batches).toEqual([{ lane: staged.lane, jobs: [job] }]);
  });
}

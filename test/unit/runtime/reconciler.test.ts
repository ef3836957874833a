import { expect, it } from 'vitest';
import type { GroupQueue } from '../../../lib/queue/group-queue.js';
import type { StagedJob } from '../../../lib/queue/staged-job.js';
import type { Comparison } from '../../../lib/runtime/comparisons/comparison.js';
import { Reconciler } from '../../../lib/runtime/reconciliation/reconciler.js';
import { lane, range } from '../../../lib/testing/contract/group-queue/group-queue-cases.js';

const MANY = 1_000_000;

it('stages what is lacking at once, however much waits for its time', async () => {
  const staged: StagedJob[] = [];
  let looks = 0;
  const queue = {
    depth: async () => {
      looks += 1;
      return { jobs: 3 * MANY, parkedJobs: 2 * MANY, delayedJobs: MANY };
    },
    stage: async (jobs: readonly StagedJob[]) => void staged.push(...jobs),
  };
  const comparison: Comparison = {
    kind: 'fold',
    component: 'c@1',
    async *lack() {
      for (let id = 0; id < 700; id += 1) yield range(lane(`${id}`), 1);
    },
  };
  expect(await new Reconciler(queue as unknown as GroupQueue).reconcile(comparison)).toBe(700);
  expect(staged).toHaveLength(700);
  // Once for each batch: it never waits.
  expect(looks).toBe(2);
});

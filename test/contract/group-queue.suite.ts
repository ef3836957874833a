import { afterEach, describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../lib/event-store/store-unavailable.error.js';
import { ClosedError } from '../../lib/errors/closed.error.js';
import { InvalidArgumentError } from '../../lib/errors/invalid-argument.error.js';
import { PermanentError } from '../../lib/errors/permanent.error.js';
import type { GroupQueue } from '../../lib/queue/group-queue.js';
import { HandlerTimeoutError } from '../../lib/queue/handler-timeout.error.js';
import type { CommandJob, EventRangeJob, Job } from '../../lib/queue/job.js';
import type { Lane, LaneKind } from '../../lib/queue/lane.js';
import type { LaneBatch, LaneOutcome } from '../../lib/queue/lane-batch.js';
import type { LanePolicy } from '../../lib/queue/lane-policy.js';
import { QueueFullError } from '../../lib/queue/queue-full.error.js';
import type { StagedJob } from '../../lib/queue/staged-job.js';
import { createTenantId } from '../../lib/tenancy/create-tenant-id.js';
import { InvalidTenantError } from '../../lib/tenancy/invalid-tenant.error.js';
import type { TenantId } from '../../lib/tenancy/tenant-id.js';
import { eventually } from '../support/eventually.js';

export interface QueueLimits {
  readonly concurrency: number;
  readonly maxWaitingCommands: number;
  readonly drainTimeoutMs: number;
}

const LIMITS: QueueLimits = { concurrency: 8, maxWaitingCommands: 1_000, drainTimeoutMs: 5_000 };

const POLICY: LanePolicy = {
  maxBatchJobs: 10,
  maxAttempts: 3,
  backoffMs: 1,
  maxBackoffMs: 5,
  timeoutMs: 5_000,
  whenExhausted: 'dead-letter',
};

const DONE = (batch: LaneBatch): LaneOutcome => ({ completed: batch.jobs.length, followUps: [] });

function lane(id: string, kind: LaneKind = 'fold', tenant = 'acme'): Lane {
  return { tenantId: createTenantId(tenant), kind, component: 'c@1', aggregateType: 't', id };
}

function range(of: Lane, sequence: number): StagedJob {
  return { lane: of, job: { kind: 'fold', aggregateId: of.id, from: sequence, to: sequence, events: [] } };
}

function command(of: Lane, commandId: string): StagedJob {
  return { lane: of, job: { kind: 'command', commandId, type: 'x', data: {}, metadata: {}, acceptedAt: 0 } };
}

const sequenceOf = (job: Job): number => (job as EventRangeJob).to;

/** What every adapter of the GroupQueue port keeps. */
export function groupQueueSuite(name: string, open: (limits: QueueLimits) => Promise<GroupQueue>): void {
  describe(`GroupQueue: ${name}`, () => {
    const queues: GroupQueue[] = [];

    async function start(
      handle: (batch: LaneBatch) => Promise<LaneOutcome> | LaneOutcome,
      { policy = {}, limits = {} }: { policy?: Partial<LanePolicy>; limits?: Partial<QueueLimits> } = {},
    ): Promise<GroupQueue> {
      const queue = await open({ ...LIMITS, ...limits });
      queues.push(queue);
      queue.consume({ policy: () => ({ ...POLICY, ...policy }), handle: async (batch) => handle(batch) });
      return queue;
    }

    afterEach(async () => {
      for (const queue of queues.splice(0)) await queue.drain();
    });

    const settled = (queue: GroupQueue): Promise<void> =>
      eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 0, running: 0 }));

    it('runs a lane in the order of staging, one batch at a time, and lanes in parallel', async () => {
      const seen = new Map<string, number[]>();
      const running = new Set<string>();
      let most = 0;
      const queue = await start(async (batch) => {
        const { id } = batch.lane;
        expect(running.has(id)).toBe(false);
        running.add(id);
        most = Math.max(most, running.size);
        await new Promise((resolve) => setImmediate(resolve));
        seen.set(id, [...(seen.get(id) ?? []), ...batch.jobs.map(sequenceOf)]);
        running.delete(id);
        return DONE(batch);
      });
      for (let sequence = 1; sequence <= 100; sequence += 1) {
        await queue.stage(['a', 'b', 'c'].map((id) => range(lane(id), sequence)));
      }
      await settled(queue);
      const all = Array.from({ length: 100 }, (_, index) => index + 1);
      expect(Object.fromEntries(seen)).toEqual({ a: all, b: all, c: all });
      expect(most).toBeGreaterThan(1);
    });

    it('bounds batches and concurrency', async () => {
      const sizes: number[] = [];
      let running = 0;
      let most = 0;
      const queue = await start(
        async (batch) => {
          running += 1;
          most = Math.max(most, running);
          sizes.push(batch.jobs.length);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          return DONE(batch);
        },
        { policy: { maxBatchJobs: 7 }, limits: { concurrency: 2 } },
      );
      for (const id of ['a', 'b', 'c', 'd']) {
        await queue.stage(Array.from({ length: 30 }, (_, index) => range(lane(id), index + 1)));
      }
      await settled(queue);
      expect(Math.max(...sizes)).toBe(7);
      expect(most).toBe(2);
    });

    it('keeps lanes apart whose parts would be one when joined', async () => {
      const seen: string[] = [];
      const queue = await start((batch) => {
        seen.push(`${batch.lane.tenantId}|${batch.lane.id}|${batch.jobs.length}`);
        return DONE(batch);
      });
      await queue.stage([
        range(lane('c', 'fold', 'a:b'), 1),
        range(lane('b:c', 'fold', 'a'), 1),
        range(lane('{x}', 'fold', 'a'), 1),
      ]);
      await settled(queue);
      expect(seen.toSorted()).toEqual(['a:b|c|1', 'a|b:c|1', 'a|{x}|1']);
    });

    it('refuses lanes without a legal tenant or id, and takes none of the jobs beside them', async () => {
      const queue = await start(DONE);
      for (const tenantId of ['', ' ', 'a\u0000', '\ud800', 'x'.repeat(513), undefined, null, 7]) {
        const bad = { ...lane('a'), tenantId: tenantId as TenantId };
        await expect(queue.stage([range(lane('good'), 1), range(bad, 1)])).rejects.toBeInstanceOf(InvalidTenantError);
      }
      for (const id of ['', 'a\u0000', '\udc00', 'x'.repeat(10_000)]) {
        await expect(queue.stage([range(lane('good'), 1), range(lane(id), 1)])).rejects.toBeInstanceOf(
          InvalidArgumentError,
        );
      }
      expect(await queue.depth()).toMatchObject({ jobs: 0 });
    });

    it('serves another tenant first when one has flooded the queue', async () => {
      const order: string[] = [];
      const queue = await start(
        async (batch) => {
          order.push(batch.lane.tenantId);
          await new Promise((resolve) => setImmediate(resolve));
          return DONE(batch);
        },
        { limits: { concurrency: 1 } },
      );
      await queue.stage(Array.from({ length: 200 }, (_, index) => range(lane(`l${index}`, 'fold', 'flood'), 1)));
      await queue.stage([range(lane('l', 'fold', 'quiet'), 1)]);
      await settled(queue);
      expect(order.indexOf('quiet')).toBeLessThan(5);
    });

    it('retries at the head, in place, and keeps what was completed', async () => {
      const batches: number[][] = [];
      const attempts: number[] = [];
      let failures = 2;
      const queue = await start((batch) => {
        batches.push(batch.jobs.map(sequenceOf));
        attempts.push(batch.attempt);
        const index = batch.jobs.findIndex((job) => sequenceOf(job) === 3);
        if (index >= 0 && failures-- > 0)
          return { completed: index, followUps: [], failure: { error: new Error('not yet') } };
        return DONE(batch);
      });
      await queue.stage([1, 2, 3, 4].map((sequence) => range(lane('a'), sequence)));
      await settled(queue);
      expect(batches).toEqual([
        [1, 2, 3, 4],
        [3, 4],
        [3, 4],
      ]);
      expect(attempts).toEqual([1, 2, 3]);
      expect(await queue.depth()).toMatchObject({ deadLetters: 0, parkedLanes: 0 });
    });

    it('finds the failing job of a batch whose handler does not say which, and puts only that one aside', async () => {
      const done: number[] = [];
      const queue = await start((batch) => {
        if (batch.jobs.some((job) => sequenceOf(job) === 6)) throw new Error('one of them');
        done.push(...batch.jobs.map(sequenceOf));
        return DONE(batch);
      });
      await queue.stage(Array.from({ length: 10 }, (_, index) => range(lane('a'), index + 1)));
      await settled(queue);
      expect(done).toEqual([1, 2, 3, 4, 5, 7, 8, 9, 10]);
      expect(await queue.depth()).toMatchObject({ deadLetters: 1 });
    });

    it('parks a lane where its policy says so, and no other lane', async () => {
      const done: string[] = [];
      const queue = await start(
        (batch) => {
          if (batch.lane.id === 'bad') throw new Error('poison');
          done.push(batch.lane.id);
          return DONE(batch);
        },
        { policy: { whenExhausted: 'park', maxBatchJobs: 1 } },
      );
      await queue.stage([range(lane('bad'), 1), range(lane('bad'), 2), range(lane('good'), 1)]);
      await eventually(async () =>
        expect(await queue.depth()).toEqual({ jobs: 2, parkedJobs: 2, running: 0, parkedLanes: 1, deadLetters: 0 }),
      );
      await queue.stage([range(lane('bad'), 3), range(lane('good'), 2)]);
      await eventually(() => expect(done).toEqual(['good', 'good']));
      expect(await queue.depth()).toMatchObject({ jobs: 3, parkedJobs: 3, parkedLanes: 1 });
    });

    it('burns no retries on a permanent error, and none on a store that is away', async () => {
      const attempts: Record<string, number> = {};
      const sizes = new Set<number>();
      const queue = await start((batch) => {
        const { id } = batch.lane;
        attempts[id] = (attempts[id] ?? 0) + 1;
        if (id === 'outage') sizes.add(batch.jobs.length);
        if (id === 'permanent') throw new PermanentError('never');
        if (attempts[id] <= 6) throw new StoreUnavailableError('away');
        return DONE(batch);
      });
      await queue.stage([range(lane('permanent'), 1), range(lane('outage'), 1), range(lane('outage'), 2)]);
      await settled(queue);
      expect(attempts).toEqual({ permanent: 1, outage: 7 });
      expect([...sizes]).toEqual([2]);
      expect(await queue.depth()).toMatchObject({ deadLetters: 1 });
    });

    it('stages follow-ups of what was completed, also when the rest failed', async () => {
      const seen: string[] = [];
      const queue = await start((batch) => {
        seen.push(...batch.jobs.map((job) => `${batch.lane.id}${sequenceOf(job)}`));
        if (batch.lane.id !== 'a') return DONE(batch);
        const followUps = [range(lane('b'), sequenceOf(batch.jobs[0]!))];
        return batch.jobs.length === 1
          ? { completed: 1, followUps }
          : { completed: 1, followUps, failure: { error: new PermanentError('no') } };
      });
      await queue.stage([range(lane('a'), 1), range(lane('a'), 2)]);
      await settled(queue);
      expect(seen).toEqual(['a1', 'a2', 'b1']);
    });

    it('aborts a handler that does not settle, through its signal, and retries', async () => {
      const reasons: unknown[] = [];
      const queue = await start(
        async (batch) => {
          if (batch.attempt > 1) return DONE(batch);
          return await new Promise<LaneOutcome>((_, reject) => {
            batch.signal.addEventListener('abort', () => {
              reasons.push(batch.signal.reason);
              reject(new Error('heard it'));
            });
          });
        },
        { policy: { timeoutMs: 20 } },
      );
      await queue.stage([range(lane('a'), 1)]);
      await settled(queue);
      expect(reasons).toEqual([expect.any(HandlerTimeoutError)]);
    });

    it('goes on after a handler that throws what is no error', async () => {
      let calls = 0;
      const queue = await start((batch) => {
        calls += 1;
        // oxlint-disable-next-line no-throw-literal -- user code may
        if (calls === 1) throw 'a string';
        return DONE(batch);
      });
      await queue.stage([range(lane('a'), 1)]);
      await settled(queue);
      expect(calls).toBe(2);
    });

    it('refuses commands beyond its bound and takes none of them, but always takes stored events', async () => {
      const queue = await open({ ...LIMITS, maxWaitingCommands: 2 });
      queues.push(queue);
      await queue.stage([command(lane('a', 'command'), '1')]);
      await expect(
        queue.stage([command(lane('a', 'command'), '2'), command(lane('a', 'command'), '3')]),
      ).rejects.toBeInstanceOf(QueueFullError);
      expect(await queue.depth()).toMatchObject({ jobs: 1 });
      await queue.stage([range(lane('a'), 1), range(lane('a'), 2), range(lane('a'), 3)]);
      const ids: string[] = [];
      queue.consume({
        policy: () => POLICY,
        handle: async (batch) => {
          if (batch.lane.kind === 'command')
            ids.push(...(batch.jobs as CommandJob[]).map(({ commandId }) => commandId));
          return DONE(batch);
        },
      });
      await settled(queue);
      await queue.stage([command(lane('a', 'command'), '4'), command(lane('a', 'command'), '5')]);
      await settled(queue);
      expect(ids).toEqual(['1', '4', '5']);
    });

    describe('debounce', () => {
      const debounced = (
        of: Lane,
        sequence: number,
        source: string,
        delayMs: number,
        maxWaitMs = 60_000,
      ): StagedJob => ({
        ...range(of, sequence),
        debounce: { delayMs, maxWaitMs, source, rank: sequence },
      });

      it('keeps of one source the job with the highest rank, whatever arrives last', async () => {
        const seen: number[] = [];
        const queue = await start((batch) => {
          seen.push(...batch.jobs.map(sequenceOf));
          return DONE(batch);
        });
        await queue.stage([debounced(lane('k', 'reactor'), 2, 'x', 30)]);
        await queue.stage([debounced(lane('k', 'reactor'), 5, 'x', 30), debounced(lane('k', 'reactor'), 4, 'x', 30)]);
        await settled(queue);
        expect(seen).toEqual([5]);
      });

      it('takes the last job of another source', async () => {
        const seen: number[] = [];
        const queue = await start((batch) => {
          seen.push(...batch.jobs.map(sequenceOf));
          return DONE(batch);
        });
        await queue.stage([debounced(lane('k', 'reactor'), 9, 'x', 20), debounced(lane('k', 'reactor'), 1, 'y', 20)]);
        await settled(queue);
        expect(seen).toEqual([1]);
      });

      it('waits no longer than the longest wait, however busy it is', async () => {
        let ran = 0;
        const queue = await start((batch) => {
          ran += 1;
          return DONE(batch);
        });
        let sequence = 0;
        const busy = setInterval(
          () => void queue.stage([debounced(lane('k', 'reactor'), (sequence += 1), 'x', 1_000, 50)]),
          5,
        );
        try {
          await eventually(() => expect(ran).toBeGreaterThanOrEqual(2));
        } finally {
          clearInterval(busy);
        }
      });

      it('loses nothing that arrives while the job runs: one runs, one waits', async () => {
        const seen: number[] = [];
        let release = (): void => {};
        const gate = new Promise<void>((resolve) => (release = resolve));
        const queue = await start(async (batch) => {
          seen.push(...batch.jobs.map(sequenceOf));
          if (seen.length === 1) await gate;
          return DONE(batch);
        });
        await queue.stage([debounced(lane('k', 'reactor'), 1, 'x', 0)]);
        await eventually(() => expect(seen).toEqual([1]));
        await queue.stage([debounced(lane('k', 'reactor'), 2, 'x', 0), debounced(lane('k', 'reactor'), 3, 'x', 0)]);
        expect(await queue.depth()).toMatchObject({ jobs: 2 });
        release();
        await settled(queue);
        expect(seen).toEqual([1, 3]);
      });
    });

    describe('draining', () => {
      it('finishes what was accepted with all that follows from it, and takes no more commands', async () => {
        const seen: string[] = [];
        const queue = await start(async (batch) => {
          seen.push(batch.lane.kind);
          await new Promise((resolve) => setImmediate(resolve));
          return { ...DONE(batch), followUps: batch.lane.kind === 'command' ? [range(lane('a'), 1)] : [] };
        });
        await queue.stage([command(lane('a', 'command'), '1')]);
        const drained = queue.drain();
        await expect(queue.stage([command(lane('a', 'command'), '2')])).rejects.toBeInstanceOf(ClosedError);
        await drained;
        expect(seen).toEqual(['command', 'fold']);
      });

      it('ends within its bound although a handler hangs, and aborts it', async () => {
        let aborted: unknown;
        const queue = await start(
          (batch) =>
            new Promise<LaneOutcome>(() => {
              batch.signal.addEventListener('abort', () => (aborted = batch.signal.reason));
            }),
          { limits: { drainTimeoutMs: 50 } },
        );
        await queue.stage([range(lane('a'), 1)]);
        await queue.drain();
        expect(aborted).toBeInstanceOf(ClosedError);
      });

      it('does not wait for a lane that waits after a failure, and bears a second call', async () => {
        const queue = await start(
          () => {
            throw new Error('down');
          },
          { policy: { backoffMs: 60_000, maxBackoffMs: 60_000 } },
        );
        await queue.stage([range(lane('a'), 1)]);
        await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 1, running: 0 }));
        await queue.drain();
        await queue.drain();
        expect(await queue.depth()).toMatchObject({ jobs: 1 });
      });
    });
  });
}

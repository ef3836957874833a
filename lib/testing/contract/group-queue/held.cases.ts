import { strictEqual } from 'node:assert';
import { StoreUnavailableError } from '../../../event-store/store-unavailable.error.js';
import type { GroupQueue } from '../../../queue/group-queue.js';
import type { Lane } from '../../../queue/lane.js';
import type { LaneBatch, LaneOutcome } from '../../../queue/lane-batch.js';
import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import { eventually } from '../eventually.js';
import { type GroupQueueCases, type Handle, done, lane, range, sequenceOf, settled } from './group-queue-cases.js';

const ACME = createTenantId('acme');
const note = { by: 'ann', reason: 'looked at it' };
/** So long that no case sees the end of it. */
const LONG_MS = 60_000;
/** So short that a case sees the end of it. */
const SHORT_MS = 20;

const held = (heldForMs: number): LaneOutcome => ({ completed: 0, followUps: [], heldForMs });

/** A handler that holds what `isOff` says, and what it did otherwise. */
function switched(isOff: (of: Lane) => boolean, forMs: number) {
  const seen: { readonly id: string; readonly jobs: readonly number[]; readonly isNew: boolean }[] = [];
  let looks = 0;
  const handle: Handle = (batch: LaneBatch) => {
    if (isOff(batch.lane)) {
      looks += 1;
      return held(forMs);
    }
    const isNew = batch.attempt === 1 && !batch.redelivered;
    seen.push({ id: batch.lane.id, jobs: batch.jobs.map(sequenceOf), isNew });
    return done(batch);
  };
  return { handle, seen, looks: () => looks };
}

/** Keeps what is held where it is while something is done, and has it looked at again afterwards. */
async function atRest(queue: GroupQueue, work: () => Promise<void>): Promise<void> {
  await queue.control.pause({ tenantId: ACME }, note);
  await eventually(async () => strictEqual((await queue.depth()).running, 0));
  await work();
  await queue.control.resume({ tenantId: ACME }, note);
}

/** See `groupQueueSuite`. */
export function heldCases({ expect, test, start }: GroupQueueCases): void {
  test('keeps held jobs as if they had never been handed out, and goes on in order when they are not held any more', async () => {
    let isOff = true;
    const { handle, seen, looks } = switched(() => isOff, SHORT_MS);
    const queue = await start(handle);
    await queue.stage([1, 2, 3].map((sequence) => range(lane('a'), sequence)));
    await eventually(() => expect(looks()).toBeGreaterThan(2));
    await atRest(queue, async () => {
      await queue.stage([range(lane('a'), 4)]);
      isOff = false;
    });
    await settled(queue);
    expect(seen).toEqual([{ id: 'a', jobs: [1, 2, 3, 4], isNew: true }]);
    expect(await queue.depth()).toMatchObject({ deadLetters: 0, parkedLanes: 0 });
    expect(await queue.control.switchedOff()).toEqual([]);
  });

  test('hands out no lane of the same component and tenant meanwhile, and all others', async () => {
    const { handle, seen, looks } = switched(({ kind, tenantId }) => kind === 'fold' && tenantId === 'acme', LONG_MS);
    const queue = await start(handle);
    await queue.stage([range(lane('a'), 1)]);
    await eventually(() => expect(looks()).toBe(1));
    const others = [lane('d', 'map'), lane('e', 'fold', 'other'), lane('f', 'reactor')];
    await queue.stage([lane('a'), lane('b'), lane('c'), ...others].map((one) => range(one, 2)));
    await eventually(() => expect(seen.map(({ id }) => id).toSorted()).toEqual(['d', 'e', 'f']));
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 4, running: 0 }));
    expect(looks()).toBe(1);
  });

  test('shows operators what is held, and why', async () => {
    const { handle } = switched(({ kind, tenantId }) => kind === 'fold' && tenantId === 'a: c', LONG_MS);
    const queue = await start(handle);
    const [of, other] = [lane('a', 'fold', 'a: c'), lane('b', 'fold', 'a: c')];
    await queue.stage([range(of, 1), range(lane('c'), 1)]);
    const { control } = queue;
    const component = { kind: 'fold', component: 'c@1' } as const;
    const [found, ...others] = await eventually(async () => {
      const list = await control.switchedOff();
      expect(list).toHaveLength(1);
      return list;
    });
    expect(others).toEqual([]);
    expect(found).toEqual({ component, tenantId: of.tenantId, nextLookAt: expect.any(Number) });
    expect(Math.abs(found!.nextLookAt - Date.now() - LONG_MS)).toBeLessThan(LONG_MS / 2);
    await queue.stage([range(other, 1)]);
    for (const one of [of, other]) {
      await eventually(async () => expect(await control.inspect(one)).toMatchObject({ status: 'held', attempts: 0 }));
    }
    expect(await control.switchedOff({ tenantId: of.tenantId, component, limit: 1 })).toEqual([found]);
    expect(await control.switchedOff({ pipeline: 'orders: {all}' })).toEqual([found]);
    expect(await control.switchedOff({ pipeline: 'mail' })).toEqual([]);
    expect(await control.switchedOff({ tenantId: createTenantId('acme') })).toEqual([]);
    expect(await control.switchedOff({ component: { kind: 'map', component: 'c@1' } })).toEqual([]);
    expect(await control.failingLanes()).toEqual([]);
    expect(await control.retryLane(of, note)).toBe(false);
    expect((await control.usageByTenant()).get(of.tenantId)).toMatchObject({ jobs: 2, running: 0, parkedJobs: 0 });
  });

  test('burns no attempts, lets no delay grow, and forgets none of what the job failed at before', async () => {
    const attempts: number[] = [];
    let isOff = false;
    let looks = 0;
    const queue = await start(
      (batch) => {
        if (isOff) {
          looks += 1;
          return held(1);
        }
        attempts.push(batch.attempt);
        isOff = attempts.length === 3;
        if (attempts.length === 1) throw new Error('first');
        if (attempts.length === 2) throw new StoreUnavailableError('away');
        if (attempts.length === 3) throw new Error('second');
        return done(batch);
      },
      { policy: { maxAttempts: 3 } },
    );
    await queue.stage([range(lane('a'), 1)]);
    await eventually(() => expect(looks).toBeGreaterThan(5));
    expect(await queue.control.failingLanes()).toMatchObject([{ lane: lane('a'), attempts: 2, outages: 1 }]);
    isOff = false;
    await settled(queue);
    expect(attempts).toEqual([1, 2, 2, 3]);
  });

  test('lets a lane be retried, skipped and discarded that failed before it was held', async () => {
    let isOff = false;
    const seen: number[] = [];
    const queue = await start(
      (batch) => {
        if (isOff) return held(SHORT_MS);
        seen.push(sequenceOf(batch.jobs[0]!));
        if (sequenceOf(batch.jobs[0]!) > 2) return done(batch);
        isOff = true;
        throw new Error('broken');
      },
      { policy: { maxBatchJobs: 1, maxAttempts: 10 } },
    );
    const { control } = queue;
    await queue.stage([1, 2, 3].map((sequence) => range(lane('a'), sequence)));
    const isHeld = (size: number, attempts: number): Promise<void> =>
      eventually(async () =>
        expect(await control.inspect(lane('a'))).toMatchObject({ status: 'held', size, attempts }),
      );
    await isHeld(3, 1);
    expect(await control.failingLanes()).toMatchObject([{ lane: lane('a'), jobs: 3, attempts: 1 }]);
    expect(await eventually(async () => expect(await control.skipJob(lane('a'), note)).toBe(true)));
    await isHeld(2, 0);
    isOff = false;
    await isHeld(2, 1);
    await eventually(async () => expect(await control.discardJob(lane('a'), note)).toBe(true));
    isOff = false;
    await settled(queue);
    expect(seen).toEqual([1, 2, 3]);
    expect(await control.deadLetters()).toMatchObject([{ skippedBecause: note.reason, attempts: 1 }]);
  });

  test('keeps twins apart as if the held job had never been handed out', async () => {
    let isOff = true;
    const { handle, seen, looks } = switched(() => isOff, SHORT_MS);
    const queue = await start(handle);
    const of = lane('a', 'reactor');
    await queue.stage([{ ...range(of, 1), dedupe: { forMs: 0 } }]);
    await eventually(() => expect(looks()).toBeGreaterThan(0));
    // A job that is just being looked at keeps nobody off.
    await atRest(queue, async () => {
      await queue.stage([{ ...range(of, 2), dedupe: { forMs: 0 } }]);
      const quiet = { delayMs: 0, maxWaitMs: LONG_MS, source: 'x' };
      await queue.stage([{ ...range(lane('b', 'reactor'), 1), debounce: { ...quiet, rank: 1 } }]);
      await queue.stage([{ ...range(lane('b', 'reactor'), 2), debounce: { ...quiet, rank: 2 } }]);
      isOff = false;
    });
    await settled(queue);
    expect(seen.toSorted((one, other) => one.id.localeCompare(other.id))).toEqual([
      { id: 'a', jobs: [1], isNew: true },
      { id: 'b', jobs: [2], isNew: true },
    ]);
  });

  test('does not wait at its end for what is held', async () => {
    const { handle, looks } = switched(() => true, LONG_MS);
    const queue = await start(handle, { limits: { drainTimeoutMs: 30_000 } });
    await queue.stage([range(lane('a'), 1), range(lane('b'), 1)]);
    await eventually(() => expect(looks()).toBeGreaterThan(0));
    const begunAt = performance.now();
    await queue.drain();
    expect(performance.now() - begunAt).toBeLessThan(15_000);
    expect(await queue.depth()).toMatchObject({ jobs: 2, running: 0 });
  });

  test('forgets what was held of a tenant with the tenant', async () => {
    let isOff = true;
    const { handle, seen, looks } = switched(() => isOff, SHORT_MS);
    const queue = await start(handle);
    await queue.stage([range(lane('a'), 1), range(lane('b'), 1)]);
    await eventually(() => expect(looks()).toBeGreaterThan(0));
    expect(await queue.forget(createTenantId('acme'))).toBe(2);
    isOff = false;
    await queue.stage([range(lane('a'), 5)]);
    await settled(queue);
    expect(seen).toEqual([{ id: 'a', jobs: [5], isNew: true }]);
  });
}

import { setImmediate as immediate } from 'node:timers/promises';
import { PermanentError } from '../../../errors/permanent.error.js';
import { InvalidTenantError } from '../../../tenancy/invalid-tenant.error.js';
import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import { gate } from '../gate.js';
import { eventually } from '../eventually.js';
import { EMPTY, type GroupQueueCases, command, done, lane, range, sequenceOf, settled } from './group-queue-cases.js';

const note = { by: 'ann', reason: 'asked for it' };
const gone = createTenantId('gone');

/** See `groupQueueSuite`. */
export function forgetCases({ expect, test, open, start }: GroupQueueCases): void {
  test('takes back what waits for a tenant, and leaves what waits for others', async () => {
    const queue = await open();
    const own = { ...lane('a'), tenantId: gone };
    await queue.stage([range(own, 1), range(own, 2), command({ ...lane('a', 'command'), tenantId: gone }, '1')]);
    await queue.stage([
      { ...range({ ...own, id: 'later' }, 1), debounce: { delayMs: 60_000, maxWaitMs: 60_000, source: 's', rank: 1 } },
    ]);
    await queue.stage([range(lane('a'), 1), command(lane('a', 'command'), '1')]);
    expect(await queue.forget(gone)).toBe(4);
    expect(await queue.depth()).toMatchObject({ jobs: 2 });
    expect(await queue.forget(gone)).toBe(0);
    await expect(queue.forget('' as never)).rejects.toBeInstanceOf(InvalidTenantError);
  });

  test('takes back what is parked or waits after a failure', async () => {
    const queue = await start(
      async (batch) => {
        if (batch.lane.tenantId !== gone) return done(batch);
        throw batch.lane.id === 'poison' ? new PermanentError('poison') : new Error('again');
      },
      { policy: { whenExhausted: 'park', backoffMs: 60_000, maxBackoffMs: 60_000, maxBatchJobs: 1 } },
    );
    await queue.stage([1, 2].flatMap((n) => ['poison', 'slow'].map((id) => range({ ...lane(id), tenantId: gone }, n))));
    await eventually(async () =>
      expect(await queue.depth()).toMatchObject({ parkedJobs: 2, delayedJobs: 0, running: 0 }),
    );
    expect(await queue.forget(gone)).toBe(4);
    expect(await queue.depth()).toMatchObject({ jobs: 0, parkedJobs: 0, parkedLanes: 0 });
  });

  test('takes back what was put aside, what is paused, and the records of both', async () => {
    const queue = await start(() => {
      throw new PermanentError('poison');
    });
    const tenants = [gone, lane('a').tenantId];
    await queue.stage(tenants.flatMap((tenantId) => [1, 2].map((n) => range({ ...lane('a'), tenantId }, n))));
    await eventually(async () => expect(await queue.depth()).toMatchObject({ deadLetters: 4, running: 0 }));
    const component = { kind: 'fold', component: 'c@1' } as const;
    for (const letter of await queue.control.deadLetters()) {
      if (sequenceOf(letter.job) === 1) await queue.control.discardDeadLetter(letter.id, note);
    }
    for (const tenantId of tenants) {
      await queue.control.pause({ tenantId }, note);
      await queue.control.pause({ tenantId, component }, note);
      await queue.control.pause({ tenantId, pipeline: 'orders: {all}' }, note);
    }
    await queue.control.pause({ component }, note);
    await queue.stage(tenants.map((tenantId) => range({ ...lane('b'), tenantId }, 1)));
    expect(await queue.forget(gone)).toBe(2);
    expect(await queue.depth()).toMatchObject({ jobs: 1, deadLetters: 1 });
    expect(await queue.control.deadLetters()).toMatchObject([{ lane: lane('a') }]);
    const { tenantId } = lane('a');
    const own = [{ tenantId }, { tenantId, component }, { tenantId, pipeline: 'orders: {all}' }, { component }];
    const holds = await queue.control.holds();
    expect(holds).toHaveLength(own.length);
    expect(holds).toEqual(expect.arrayContaining(own));
    const actions = await queue.control.actions();
    expect(actions.map(({ action }) => action)).toEqual(['pause', 'pause', 'pause', 'pause', 'discard']);
    expect(actions.slice(0, 4).map(({ subject }) => subject)).toEqual(own.toReversed());
    expect([...(await queue.control.usageByTenant()).keys()]).toEqual([lane('a').tenantId]);
  });

  test.each(['park', 'dead-letter'] as const)(
    'leaves nothing of what fails for good meanwhile (%s)',
    async (whenExhausted) => {
      const end = gate();
      let running = false;
      const queue = await start(
        async () => {
          running = true;
          await end.opened;
          throw new PermanentError('poison');
        },
        { policy: { maxBatchJobs: 1, whenExhausted } },
      );
      await queue.stage([1, 2].map((n) => range({ ...lane('a'), tenantId: gone }, n)));
      await eventually(() => expect(running).toBe(true));
      const forgetting = queue.forget(gone);
      await immediate();
      end.open();
      expect(await forgetting).toBe(2);
      expect(await queue.depth()).toEqual(EMPTY);
    },
  );

  test('waits for what runs, and drops what follows from it', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const handled: string[] = [];
    const queue = await start(async (batch) => {
      handled.push(`${batch.lane.tenantId}/${batch.lane.id}`);
      if (batch.lane.tenantId === gone) await gate;
      return { ...(await done(batch)), followUps: batch.lane.id === 'a' ? [range({ ...batch.lane, id: 'b' }, 1)] : [] };
    });
    await queue.stage([range({ ...lane('a'), tenantId: gone }, 1)]);
    await eventually(() => expect(handled).toHaveLength(1));
    let forgotten: number | undefined;
    const forgetting = queue.forget(gone).then((jobs) => (forgotten = jobs));
    await queue.stage([range({ ...lane('a'), tenantId: gone }, 2), range(lane('a'), 1)]);
    await eventually(() => expect(handled).toHaveLength(3));
    expect(forgotten).toBeUndefined();
    release();
    await forgetting;
    await settled(queue);
    expect(handled.filter((name) => name.startsWith(gone))).toEqual([`${gone}/a`]);
    expect(await queue.depth()).toMatchObject({ jobs: 0 });
    await queue.stage([range({ ...lane('c'), tenantId: gone }, 1)]);
    await eventually(() => expect(handled).toContain(`${gone}/c`));
  });
}

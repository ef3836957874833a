import { PermanentError } from '../../../errors/permanent.error.js';
import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import { createTenantId } from '../../../tenancy/create-tenant-id.js';
import { eventually } from '../eventually.js';
import { EMPTY, done, type GroupQueueCases, lane, range } from './group-queue-cases.js';

const note = { by: 'ann', reason: 'asked for it' };
const other = createTenantId('other');
const OLD = { kind: 'fold', component: 'old@1' } as const;

/** See `groupQueueSuite`. */
export function forgetComponentCases({ expect, test, open, start }: GroupQueueCases): void {
  const old = (id: string) => ({ ...lane(id), ...OLD });

  test('takes back what waits for a component, of all tenants, and leaves what waits for others', async () => {
    const queue = await open();
    await queue.stage([range(old('a'), 1), range(old('a'), 2), range({ ...old('a'), tenantId: other }, 1)]);
    await queue.stage([
      { ...range(old('later'), 1), debounce: { delayMs: 60_000, maxWaitMs: 60_000, source: 's', rank: 1 } },
    ]);
    await queue.stage([range(lane('a'), 1), range({ ...old('a'), kind: 'map' }, 1)]);
    expect(await queue.forgetComponent(OLD)).toBe(4);
    expect(await queue.depth()).toMatchObject({ jobs: 2 });
    expect(await queue.forgetComponent(OLD)).toBe(0);
    expect(await queue.control.inspect(old('a'))).toBeUndefined();
    await expect(queue.forgetComponent({ ...OLD, component: '' })).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(queue.forgetComponent(undefined as never)).rejects.toBeInstanceOf(InvalidArgumentError);
  });

  test('takes back what is parked or was put aside, and what is paused of it', async () => {
    const component = { kind: 'fold', component: 'c@1' } as const;
    const queue = await start(
      async (batch) => {
        if (batch.lane.id === 'good') return done(batch);
        throw new PermanentError('poison');
      },
      { policy: { whenExhausted: 'park', maxBatchJobs: 1 } },
    );
    await queue.stage(
      [1, 2].flatMap((n) => [range(lane('a'), n), range({ ...lane('a'), tenantId: other }, n), range(lane('good'), n)]),
    );
    await eventually(async () => expect(await queue.depth()).toMatchObject({ parkedJobs: 4, jobs: 4, running: 0 }));
    await queue.control.skipJob(lane('a'), note);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ parkedJobs: 3, deadLetters: 1 }));
    for (const target of [{ component }, { component, tenantId: other }, { component: OLD }, { tenantId: other }]) {
      await queue.control.pause(target, note);
    }
    expect(await queue.forgetComponent(component)).toBe(4);
    expect(await queue.depth()).toEqual(EMPTY);
    const left = await queue.control.holds();
    expect(left).toHaveLength(2);
    expect(left).toEqual(expect.arrayContaining([{ component: OLD }, { tenantId: other }]));
    expect(await queue.control.usageByComponent()).toEqual(new Map());
  });
}

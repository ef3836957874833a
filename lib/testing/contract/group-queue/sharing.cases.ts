import { QueueFullError } from '../../../queue/queue-full.error.js';
import { eventually } from '../eventually.js';
import { gate } from '../gate.js';
import { type GroupQueueCases, POLICY, command, done, lane, range, settled } from './group-queue-cases.js';

/** See `groupQueueSuite`. */
export function sharingCases({ expect, test, open, start }: GroupQueueCases): void {
  test('leaves lanes of components that the consumer does not know, as they are', async () => {
    const queue = await open();
    const seen: string[] = [];
    queue.consume({
      components: [{ kind: 'fold', component: 'c@1' }],
      policy: () => POLICY,
      handle: async (batch) => {
        seen.push(`${batch.lane.kind} ${batch.lane.component}`);
        return done(batch);
      },
    });
    await queue.stage([
      range({ ...lane('a'), component: 'c@2' }, 1),
      range(lane('a', 'reactor'), 1),
      range(lane('a'), 1),
    ]);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 2, running: 0, parkedLanes: 0 }));
    expect(seen).toEqual(['fold c@1']);
    const usage = await queue.control.usageByComponent();
    expect(usage.get('fold:c@2')).toMatchObject({ jobs: 1, running: 0 });
  });

  test('leaves a share of its slots to other tenants, however many lanes one has', async () => {
    const end = gate();
    const running = new Map<string, number>();
    const queue = await start(
      async (batch) => {
        const { tenantId } = batch.lane;
        running.set(tenantId, (running.get(tenantId) ?? 0) + 1);
        await end.opened;
        return done(batch);
      },
      { limits: { concurrency: 8 } },
    );
    await queue.stage(Array.from({ length: 50 }, (_, index) => range(lane(`l${index}`, 'fold', 'flood'), 1)));
    await eventually(() => expect(running.get('flood')).toBe(6));
    await queue.stage([1, 2, 3].map((index) => range(lane(`l${index}`, 'fold', 'quiet'), 1)));
    await eventually(() => expect(running.get('quiet')).toBe(2));
    expect(running.get('flood')).toBe(6);
    end.open();
    await settled(queue);
    expect(Object.fromEntries(running)).toEqual({ flood: 50, quiet: 3 });
  });

  test('refuses the commands of a tenant that has too much waiting, and of no other', async () => {
    const queue = await open({ maxWaitingJobsPerTenant: 3 });
    await queue.stage([1, 2, 3].map((sequence) => range(lane('a', 'fold', 'flood'), sequence)));
    const refused = queue.stage([command(lane('a', 'command', 'flood'), '1')]);
    await expect(refused).rejects.toBeInstanceOf(QueueFullError);
    await expect(refused).rejects.toMatchObject({ option: 'maxWaitingJobsPerTenant', limit: 3 });
    await queue.stage([command(lane('a', 'command', 'quiet'), '1'), range(lane('a', 'fold', 'flood'), 4)]);
    expect(await queue.depth()).toMatchObject({ jobs: 5 });
    const usage = await queue.control.usageByTenant();
    expect(usage.get(lane('a', 'fold', 'flood').tenantId)).toMatchObject({ jobs: 4 });
  });
}

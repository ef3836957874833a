import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Commands,
  createTenantId,
  EventStore,
  GroupQueue,
  inProcessQueue,
  On,
  OnWakeUp,
  type ProcessContext,
  ProcessManager,
  type QueueAdapter,
  type RecordedEvent,
  type TenantId,
} from '../../../lib/index.js';
import { redisQueue } from '../../../lib/redis.js';
import { appWith, start, stream } from '../../support/apps.js';
import { acme, Add, Added, AddHandler } from '../../support/counter-app.js';
import { eventually } from '../../support/eventually.js';
import { survivingMemory } from '../../support/memories.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';

const MONTH_MS = 30 * 86_400_000;
const WAKE_UPS = 200;
/** Fewer than the wake-ups. */
const BOUNDS = { maxWaitingCommands: 50, maxWaitingJobs: 50, maxWaitingJobsPerTenant: 50 };
const globex = createTenantId('globex');

let redis: TestRedis;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());

/** Lets itself be woken in a month, once for each counter. */
@ProcessManager({ name: 'sleepers' })
class Sleepers {
  initialState(): object {
    return {};
  }
  @On(Added)
  added(state: object, _event: RecordedEvent<Added>, context: ProcessContext): object {
    context.schedule('ring', { afterMs: MONTH_MS });
    return state;
  }
  @OnWakeUp('ring')
  ring(): null {
    return null;
  }
}

const QUEUES: readonly (readonly [string, () => QueueAdapter])[] = [
  ['inProcessQueue', () => inProcessQueue({ ...BOUNDS, drainTimeoutMs: 50 })],
  [
    'redisQueue',
    () => redisQueue({ connection: { host: redis.host, port: redis.port }, name: randomUUID(), ...BOUNDS }),
  ],
];

describe.each(QUEUES)('the wake-ups of a tenant in a month, in %s', (_, queue) => {
  it('keep off neither its own commands nor those of others', async () => {
    const app = await start(appWith([AddHandler, Sleepers], { eventStore: survivingMemory(), queue: queue() }));
    const store = app.get(EventStore);
    for (let nth = 0; nth < WAKE_UPS; nth += 1) await store.append(stream(`c${nth}`), [{ data: Added.of(1) }]);
    const depth = app.get(GroupQueue).depth.bind(app.get(GroupQueue));
    await eventually(async () => expect(await depth()).toMatchObject({ jobs: WAKE_UPS, delayedJobs: WAKE_UPS }));
    const add = (tenantId: TenantId): Promise<unknown> =>
      app.get(Commands).run(Object.assign(Add.of('more', 1), { tenantId }));
    expect(await add(acme)).toMatchObject({ status: 'stored' });
    expect(await add(globex)).toMatchObject({ status: 'stored' });
    const all = WAKE_UPS + 2;
    await eventually(async () => expect(await depth()).toMatchObject({ jobs: all, delayedJobs: all, running: 0 }));
    const usage = await app.get(GroupQueue).control.usageByTenant();
    expect(usage.get(acme)).toMatchObject({ delayedJobs: WAKE_UPS + 1 });
    expect(usage.get(globex)).toMatchObject({ delayedJobs: 1 });
  });
});

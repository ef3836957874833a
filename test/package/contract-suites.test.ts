import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PackedPackage } from './packed-package.js';
import { runNode } from './run-node.js';

/** The suites on adapters of the package itself. @param store makes of the event store another one */
const suites = (store = 'events'): string => `
  import { inspect } from 'node:util';
  import * as runner from 'vitest';
  import { inProcessQueue, memory } from '@event-sourcing/nestjs';
  import * as contract from '@event-sourcing/nestjs/testing/contract';

  const schedule = (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  };
  let context;
  contract.eventStoreSuite('mine', async (given) => {
    context = given;
    const { events, log } = await memory().open(context);
    return { store: ${store}, log, close: async () => {} };
  }, { runner });
  contract.projectionStoreSuite('mine', async () => {
    const { projections } = await memory().open(context);
    return { store: projections, close: async () => {} };
  }, { runner });
  contract.recordStoreSuite('mine', async () => {
    const { records } = await memory().open(context);
    return { store: records, close: async () => {} };
  }, { runner });
  contract.groupQueueSuite('mine', (limits) => inProcessQueue(limits).open({ clock: { now: Date.now, schedule } }), {
    runner,
    models: false,
  });
  const clock = { now: Date.now, schedule };
  const locks = new Map();
  contract.distributedLockSuite('mine', (name) => {
    if (!locks.has(name)) locks.set(name, inProcessQueue().openLocks({ clock }));
    return locks.get(name);
  }, { runner });
  contract.recurringJobsSuite('mine', async () => {
    const jobs = await inProcessQueue().openRecurringJobs({ clock });
    return { jobs, close: async () => {} };
  }, { runner });
  contract.logMaintenanceSuite('mine', async (given) => {
    const storage = await memory().open(given);
    const { events, log, projections, records } = storage;
    return {
      events, log, projections, records,
      plant: async (rows) => {
        for (const { key, ...row } of rows) {
          events.entries.add(row, [{ ...row, metadata: JSON.parse(row.metadata) }], new Map());
        }
      },
      tablesWith: async (text) => Object.entries({ events, projections, records })
        .filter(([, store]) => inspect(store, { depth: 20, maxArrayLength: null, maxStringLength: null }).includes(text))
        .map(([name]) => name),
      close: () => storage.close(),
    };
  }, { runner });
`;

describe('the contract suites of the package', () => {
  let packed: PackedPackage;
  let project: string;

  beforeAll(() => {
    packed = new PackedPackage();
    project = packed.installInto('project-contract', [...packed.peers('required'), 'fast-check', 'vitest']);
  });
  afterAll(() => packed.remove());

  async function run(program: string): Promise<{ readonly status: number | null; readonly output: string }> {
    writeFileSync(join(project, 'mine.test.mjs'), program);
    const args = ['node_modules/vitest/vitest.mjs', 'run', '--root=.', '--testTimeout=60000'];
    const { status, stdout, stderr } = await runNode(project, args, { NO_COLOR: '1' });
    return { status, output: stdout + stderr };
  }

  it('run in vitest on adapters of a user', async () => {
    const { status, output } = await run(suites());
    expect(status, output).toBe(0);
    expect(Number(/Tests +(\d+) passed/.exec(output)?.[1]), output).toBeGreaterThan(290);
  });

  it('fail in vitest where an adapter does not keep its port', async () => {
    const { status, output } = await run(suites('Object.assign(Object.create(events), { head: async () => 1 })'));
    expect(status, output).toBe(1);
    expect(output).toContain('numbers events from 1, without holes');
    expect(output).not.toContain('GroupQueue: mine > ');
  });
});

import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DistributedLock } from '../../../lib/locks/distributed-lock.js';
import { InProcessLock } from '../../../lib/locks/in-process/in-process-lock.js';
import { LockLostError } from '../../../lib/locks/lock-lost.error.js';
import type { GroupQueue } from '../../../lib/queue/group-queue.js';
import type { StagedJob } from '../../../lib/queue/staged-job.js';
import type { Comparison } from '../../../lib/runtime/comparisons/comparison.js';
import type { Lives } from '../../../lib/runtime/reconciliation/lives.js';
import { OwnRecord } from '../../../lib/runtime/reconciliation/own-record.js';
import { Reconciler } from '../../../lib/runtime/reconciliation/reconciler.js';
import { Reconciliation } from '../../../lib/runtime/reconciliation/reconciliation.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { gate } from '../../support/gate.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const FRESH_MS = 1_000;
const { signal } = new AbortController();

let clock: VirtualClock;
let lives: Lives;
let record: OwnRecord;
let loads: number;
/** Which components were compared, in their order. */
let compared: string[];
/** What happens in the middle of a comparison. */
let during: (component: string) => Promise<void> | void;
let locks: DistributedLock;
/** How often routes were kept on account of a loss. */
let renewed: number;
/** Components that somebody else compares later. */
let leftOut: Set<string>;

beforeEach(() => {
  vi.spyOn(Logger.prototype, 'log').mockReturnValue(undefined);
  clock = new VirtualClock();
  lives = { queue: 'q1', events: 'e1', route: 'r1' };
  renewed = 0;
  leftOut = new Set();
  record = new OwnRecord();
  loads = 0;
  const load = record.load.bind(record);
  record.load = (names) => {
    loads += 1;
    return load(names);
  };
  compared = [];
  during = () => undefined;
  locks = new InProcessLock(clock);
});
afterEach(async () => {
  await locks.drain();
  vi.restoreAllMocks();
});

const comparison = (component: string): Comparison => ({
  kind: 'fold',
  component,
  async *lack(tenantId, aborted) {
    compared.push(tenantId === undefined ? component : `${component} of ${tenantId}`);
    await during(component);
    aborted?.throwIfAborted();
    yield {} as StagedJob;
  },
});

/** What one process has. */
function started(lock = locks, components = ['a', 'b']): Reconciliation {
  const queue = { depth: async () => ({ jobs: 0, parkedJobs: 0, delayedJobs: 0 }), stage: async () => undefined };
  return new Reconciliation({
    comparisons: components.map(comparison),
    reconciler: new Reconciler(queue as unknown as GroupQueue),
    record,
    lives: { common: async () => lives, of: async () => lives, keepRoutes: async () => void (renewed += 1) },
    isLeftOut: async (component) => leftOut.has(component),
    locks: lock,
    clock,
    freshMs: FRESH_MS,
  });
}

describe('at a start', () => {
  it('everything is compared, and the jobs are counted', async () => {
    expect(await started().atStart()).toBe(2);
    expect(compared).toEqual(['a', 'b']);
  });

  it('of many processes at once, one compares each component, and the others wait for it', async () => {
    const comparing = gate();
    during = () => comparing.opened;
    let ready = 0;
    const starts = Array.from({ length: 5 }, () =>
      started()
        .atStart()
        .finally(() => (ready += 1)),
    );
    await vi.waitFor(() => expect(compared).toEqual(['a']));
    expect(ready).toBe(0);
    comparing.open();
    expect((await Promise.all(starts)).toSorted()).toEqual([0, 0, 0, 0, 2]);
    expect(compared).toEqual(['a', 'b']);
  });

  it('a comparison that began a short time ago need not be repeated, an older one must', async () => {
    await started().atStart();
    clock.pass(FRESH_MS);
    expect(await started().atStart()).toBe(0);
    clock.pass(1);
    expect(await started().atStart()).toBe(2);
  });

  it.each([{ queue: 'q2' }, { events: 'e2' }, { route: 'r2' }])(
    'a comparison in another life counts for nothing, however young it is: %o',
    async (change) => {
      await started().atStart();
      lives = { ...lives, ...change };
      expect(await started().atStart()).toBe(2);
    },
  );

  it('what somebody else compares later is left out, and compared once it is not', async () => {
    leftOut.add('a');
    const process = started();
    expect(await process.atStart()).toBe(1);
    expect(await process.now(createTenantId('acme'))).toBe(1);
    expect(await process.afterLoss(signal)).toBe(0);
    leftOut.clear();
    expect(await process.afterLoss(signal)).toBe(1);
    expect(compared).toEqual(['b', 'b of acme', 'a']);
  });

  it('a comparison counts that began as the process did, however long it took', async () => {
    const comparing = gate();
    during = () => comparing.opened;
    const starts = [started().atStart(), started().atStart()];
    await vi.waitFor(() => expect(compared).toEqual(['a']));
    clock.pass(FRESH_MS * 10);
    comparing.open();
    await Promise.all(starts);
    expect(compared.filter((component) => component === 'a')).toHaveLength(1);
  });

  it('components that no other process has compared are compared', async () => {
    await started(locks, ['a']).atStart();
    expect(await started(locks, ['a', 'b']).atStart()).toBe(1);
    expect(compared).toEqual(['a', 'b']);
  });

  it('a comparison that fails is another process’s to make', async () => {
    during = () => Promise.reject(new Error('away'));
    const [first, second] = [started().atStart(), started().atStart()];
    await expect(first).rejects.toThrow('away');
    await expect(second).rejects.toThrow('away');
    during = () => undefined;
    expect(await started().atStart()).toBe(2);
  });

  it('who loses the lock waits for whoever has it now', async () => {
    let losses = 0;
    const lossy = {
      hold: async (name, run, options) => {
        if ((losses += 1) === 1) throw new LockLostError(name);
        return locks.hold(name, run, options);
      },
    } satisfies Partial<DistributedLock> as unknown as DistributedLock;
    expect(await started(lossy).atStart()).toBe(2);
  });
});

describe('after a loss', () => {
  it('nothing but the lives is asked for where there was none', async () => {
    const process = started();
    await process.atStart();
    loads = 0;
    expect(await process.afterLoss(signal)).toBe(0);
    clock.pass(FRESH_MS * 10);
    expect(await process.afterLoss(signal)).toBe(0);
    expect({ loads, compared, renewed }).toEqual({ loads: 0, compared: ['a', 'b'], renewed: 0 });
  });

  it.each([
    ['the queue', { queue: 'q2' }],
    ['the list of undispatched streams', { events: 'e2' }],
  ])('of %s, everything is compared, once over all processes', async (_, change) => {
    const processes = [started(), started(), started()];
    for (const process of processes) await process.atStart();
    compared = [];
    lives = { ...lives, ...change };
    const staged: number[] = [];
    for (const process of processes) staged.push(await process.afterLoss(signal));
    expect(staged).toEqual([2, 0, 0]);
    loads = 0;
    for (const process of processes) await process.afterLoss(signal);
    expect({ loads, compared }).toEqual({ loads: 0, compared: ['a', 'b'] });
  });

  it('nothing is compared before what is dispatched is staged for it', async () => {
    const process = started();
    await process.atStart();
    lives = { ...lives, queue: 'q2' };
    during = () => expect(renewed).toBe(1);
    expect(await process.afterLoss(signal)).toBe(2);
  });

  it('what was lost while it was compared is compared again', async () => {
    const process = started();
    await process.atStart();
    lives = { ...lives, queue: 'q2' };
    during = (component) => {
      if (component === 'a') lives = { ...lives, queue: 'q3' };
    };
    await process.afterLoss(signal);
    compared = [];
    during = () => undefined;
    expect(await process.afterLoss(signal)).toBe(1);
    expect(compared).toEqual(['a']);
    expect(await process.afterLoss(signal)).toBe(0);
  });

  it('a comparison that is aborted counts for nothing, and those before it count', async () => {
    const process = started();
    await process.atStart();
    compared = [];
    lives = { ...lives, queue: 'q2' };
    const abort = new AbortController();
    during = (component) => {
      if (component === 'b') abort.abort(new Error('too long'));
    };
    await expect(process.afterLoss(abort.signal)).rejects.toThrow('too long');
    during = () => undefined;
    expect(await process.afterLoss(signal)).toBe(1);
    expect(compared).toEqual(['a', 'b', 'b']);
  });

  it('what another process compares is left to it, and looked at again', async () => {
    const process = started();
    await process.atStart();
    compared = [];
    lives = { ...lives, queue: 'q2' };
    const comparing = gate();
    during = (component) => (component === 'a' ? comparing.opened : undefined);
    const starting = started(locks, ['a']).atStart();
    await vi.waitFor(() => expect(compared).toEqual(['a']));
    expect(await process.afterLoss(signal)).toBe(1);
    expect(compared).toEqual(['a', 'b']);
    comparing.open();
    await starting;
    loads = 0;
    expect(await process.afterLoss(signal)).toBe(0);
    expect(await process.afterLoss(signal)).toBe(0);
    expect({ loads, compared }).toEqual({ loads: 2, compared: ['a', 'b'] });
  });
});

describe('after an absence', () => {
  it('everything is compared, once over all processes, whatever else lives on', async () => {
    const processes = [started(), started()];
    for (const process of processes) await process.atStart();
    compared = [];
    lives = { ...lives, route: 'r2' };
    expect(await Promise.all(processes.map((process) => process.afterAbsence()))).toEqual([2, 0]);
    clock.pass(FRESH_MS * 10);
    expect(await processes[1]!.afterAbsence()).toBe(0);
    expect(compared).toEqual(['a', 'b']);
  });
});

describe('on demand', () => {
  it('everything is compared, and counts for others', async () => {
    const process = started();
    await process.atStart();
    expect(await process.now()).toBe(2);
    expect(await started().atStart()).toBe(0);
    expect(compared).toEqual(['a', 'b', 'a', 'b']);
  });

  it('what one tenant has is compared, and counts for nobody', async () => {
    expect(await started().now(createTenantId('acme'))).toBe(2);
    expect(compared).toEqual(['a of acme', 'b of acme']);
    expect(await started().atStart()).toBe(2);
  });
});

import { beforeEach, expect, it, vi } from 'vitest';
import { Sweep } from '../../../lib/runtime/sweep.js';
import { gate } from '../../support/gate.js';

const INTERVAL_MS = 5;
const { signal } = new AbortController();

let sweeps: number;
let onSweep: () => Promise<void> | void;
let compare: (signal: AbortSignal) => Promise<number>;

beforeEach(() => {
  sweeps = 0;
  onSweep = () => undefined;
  compare = async () => 0;
});

function sweep(): Sweep {
  const undispatched = {
    run: async () => {
      sweeps += 1;
      await onSweep();
    },
  };
  return new Sweep(undispatched, { afterLoss: (given) => compare(given) }, INTERVAL_MS);
}

const untilAborted = (given: AbortSignal): Promise<number> =>
  new Promise((_, reject) => given.addEventListener('abort', () => reject(given.reason as Error)));

it('sweeps once, and compares', async () => {
  let compares = 0;
  compare = async () => (compares += 1);
  await sweep().run(signal);
  expect([sweeps, compares]).toEqual([1, 1]);
});

it('sweeps on while it compares', async () => {
  const { opened, open } = gate();
  compare = () => opened.then(() => 1);
  const run = sweep().run(signal);
  await vi.waitFor(() => expect(sweeps).toBeGreaterThan(3));
  open();
  await run;
  const before = sweeps;
  await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS * 4));
  expect(sweeps).toBe(before);
});

it('ends the comparison when a sweep fails, and tells that failure', async () => {
  onSweep = () => {
    if (sweeps === 3) throw new Error('away');
  };
  let ended = false;
  compare = (given) => untilAborted(given).finally(() => (ended = true));
  await expect(sweep().run(signal)).rejects.toThrow('away');
  expect(ended).toBe(true);
});

it('ends when the comparison fails, and tells that failure', async () => {
  compare = () => Promise.reject(new Error('no answer'));
  await expect(sweep().run(signal)).rejects.toThrow('no answer');
});

it('ends with its signal', async () => {
  const stop = new AbortController();
  compare = untilAborted;
  const run = sweep().run(stop.signal);
  await vi.waitFor(() => expect(sweeps).toBeGreaterThan(1));
  stop.abort(new Error('stop'));
  await expect(run).rejects.toThrow('stop');
});

import { expect, it } from 'vitest';
import { LaneWindows } from '../../../lib/queue/in-process/lane-windows.js';
import { VirtualClock } from '../../support/virtual-clock.js';
import { lane } from '../../../lib/testing/contract/group-queue/group-queue-cases.js';

const of = (key: string) => ({ lane: lane(key), key });

it('has a window until its time is over, by the clock that nobody sets', () => {
  const clock = new VirtualClock();
  const windows = new LaneWindows(clock);
  windows.open(of('a'), 100);
  expect(windows.endOf(of('a'))).toBe(clock.now() + 100);
  clock.pass(10);
  expect(windows.endOf(of('a'))).toBe(clock.now() + 90);
  clock.jump(-1_000);
  clock.pass(89);
  // It is still open, and nobody waits for what the clock was set back by.
  expect(windows.endOf(of('a'))).toBe(clock.now() + 100);
  clock.pass(1);
  expect(windows.endOf(of('a'))).toBe(0);
});

it('ends a window that was opened again with the last one', () => {
  const clock = new VirtualClock();
  const windows = new LaneWindows(clock);
  windows.open(of('a'), 100);
  clock.pass(50);
  windows.open(of('a'), 100);
  clock.pass(60);
  expect(windows.endOf(of('a'))).toBe(clock.now() + 40);
});

it('has no more windows of a tenant than its bound', () => {
  const windows = new LaneWindows(new VirtualClock());
  for (let index = 0; index <= 100_000; index += 1) windows.open(of(String(index)), 1_000);
  expect(windows.endOf(of('0'))).toBe(0);
  expect(windows.endOf(of('1'))).toBeGreaterThan(0);
  expect(windows.endOf(of('100000'))).toBeGreaterThan(0);
});

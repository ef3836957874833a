import { setImmediate as immediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { timers } from '../../../lib/batching/timers.js';

it('ends no delay with the turn of the event loop', async () => {
  const order: string[] = [];
  timers.schedule(0, () => order.push('no delay'));
  expect(order).toEqual([]);
  await immediate();
  expect(order).toEqual(['no delay']);
});

it.each([0, 1])('calls off what was to come after %s ms', async (delayMs) => {
  const order: string[] = [];
  const cancel = timers.schedule(delayMs, () => order.push('called off'));
  cancel();
  await new Promise<void>((resolve) => void timers.schedule(2, resolve));
  await immediate();
  expect(order).toEqual([]);
});

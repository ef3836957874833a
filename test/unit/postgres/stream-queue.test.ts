import { expect, it } from 'vitest';
import { ClosedError } from '../../../lib/errors/closed.error.js';
import { StreamQueue } from '../../../lib/event-store/postgres/stream-queue.js';
import { StoreUnavailableError } from '../../../lib/event-store/store-unavailable.error.js';
import { expectRefused } from '../../support/expect-refused.js';
import { gate } from '../../support/gate.js';

it('does the work of a stream in order, after failures too, and that of others at the same time', async () => {
  const queue = new StreamQueue(10);
  const hold = gate();
  const order: string[] = [];
  const first = queue.run(['a'], async () => {
    await hold.opened;
    order.push('a1');
    throw new Error('of a1');
  });
  const second = queue.run(['a'], async () => order.push('a2'));
  await queue.run(['b'], async () => order.push('b1'));
  expect(order).toEqual(['b1']);
  hold.open();
  await expect(first).rejects.toThrow('of a1');
  await second;
  expect(order).toEqual(['b1', 'a1', 'a2']);
});

it('does work on several streams when it is its turn in each, and before what comes after it in any', async () => {
  const queue = new StreamQueue(10);
  const holds = { a: gate(), b: gate() };
  const order: string[] = [];
  const work = [
    queue.run(['a'], () => holds.a.opened.then(() => order.push('a'))),
    queue.run(['b'], () => holds.b.opened.then(() => order.push('b'))),
    queue.run(['b', 'a'], async () => order.push('both')),
    queue.run(['a'], async () => order.push('after')),
  ];
  holds.a.open();
  await work[0];
  expect(order).toEqual(['a']);
  holds.b.open();
  await Promise.all(work);
  expect(order).toEqual(['a', 'b', 'both', 'after']);
});

it('refuses what is too much, and what comes after it closed', async () => {
  const queue = new StreamQueue(2);
  const hold = gate();
  const waiting = [queue.run(['a'], () => hold.opened), queue.run(['b'], () => hold.opened)];
  await expectRefused(() => queue.run(['c'], () => hold.opened), StoreUnavailableError);
  const closed = queue.close(60_000);
  await expectRefused(() => queue.run(['c'], () => hold.opened), ClosedError);
  hold.open();
  await Promise.all([...waiting, closed]);
});

it('closes after its bound when work does not end', async () => {
  const queue = new StreamQueue(2);
  const hold = gate();
  const stuck = queue.run(['a'], () => hold.opened);
  await queue.close(10);
  hold.open();
  await stuck;
});

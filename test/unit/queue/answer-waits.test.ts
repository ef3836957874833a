import { expect, it } from 'vitest';
import { AnswerWaits } from '../../../lib/queue/answer-waits.js';
import { ManualClock } from '../../support/manual-clock.js';

const WAIT_MS = 54_321;

it('leaves neither a waiter nor a timer behind, however a wait ends', async () => {
  const clock = new ManualClock();
  const waits = new AnswerWaits(clock);
  const answered = [waits.wait('a', WAIT_MS), waits.wait('a', WAIT_MS)];
  const late = waits.wait('b', 1);
  const ended = waits.wait('c', WAIT_MS);
  expect([...waits.keys()]).toEqual(['a', 'b', 'c']);
  waits.settle('a', 'yes');
  waits.settle('nobody', 'heard');
  expect(await Promise.all(answered)).toEqual(['yes', 'yes']);
  expect(await late).toBeUndefined();
  waits.end();
  expect(await ended).toBeUndefined();
  expect([waits.size, clock.pending]).toEqual([0, []]);
});

it('says when nobody waits any more', async () => {
  const waits = new AnswerWaits(new ManualClock());
  await waits.none();
  const wait = waits.wait('a', WAIT_MS);
  let none = false;
  const noneLeft = waits.none().then(() => (none = true));
  await Promise.resolve();
  expect(none).toBe(false);
  waits.settle('a', 'yes');
  await Promise.all([wait, noneLeft]);
});

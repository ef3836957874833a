import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Clock } from '../../../lib/clock/clock.js';
import { UuidIdGenerator } from '../../../lib/events/uuid-id-generator.js';

class ManualClock extends Clock {
  timeMs = 1_700_000_000_000;

  now(): number {
    return this.timeMs;
  }

  schedule(): () => void {
    throw new Error('not used');
  }
}

function timeOf(id: string): number {
  return parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}

test('rises as text, also within a millisecond, over its counter, and when the clock goes back', () => {
  const clock = new ManualClock();
  const ids = new UuidIdGenerator(clock);
  let last = '';
  const outOfOrder: string[] = [];
  for (let n = 0; n < 20_000; n++) {
    if (n % 7_000 === 6_999) clock.timeMs += n % 2 === 0 ? 3 : -5;
    const id = ids.next();
    if (id <= last) outOfOrder.push(id);
    last = id;
  }
  expect(outOfOrder).toEqual([]);
  // 20,000 ids in hardly any time: the counter ran over into the milliseconds, by few of them.
  expect(timeOf(last) - clock.timeMs).toBeLessThan(20);
});

test('begins with the time of the clock', () => {
  const clock = new ManualClock();
  const ids = new UuidIdGenerator(clock);
  expect(timeOf(ids.next())).toBe(clock.timeMs);
  clock.timeMs += 1_000;
  expect(timeOf(ids.next())).toBe(clock.timeMs);
});

test('gives different ids in two generators at the same time', () => {
  const clock = new ManualClock();
  const [a, b] = [new UuidIdGenerator(clock), new UuidIdGenerator(clock)];
  const ids = Array.from({ length: 1_000 }, () => [a.next(), b.next()]).flat();
  expect(new Set(ids).size).toBe(2_000);
});

test('never repeats the random part', () => {
  const ids = new UuidIdGenerator(new ManualClock());
  const randomParts = Array.from({ length: 1_000 }, () => ids.next().slice(19));
  expect(new Set(randomParts).size).toBe(1_000);
});

test('derives the same id from the same time and seed, everywhere', () => {
  const [a, b] = [new UuidIdGenerator(new ManualClock()), new UuidIdGenerator(new ManualClock())];
  b.next();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), fc.string(), (timeMs, seed) => {
      const id = a.derive(timeMs, seed);
      expect(id).toBe(b.derive(timeMs, seed));
      expect(timeOf(id)).toBe(timeMs);
    }),
  );
  // Ids that were derived once must stay the same in every later version.
  expect(a.derive(1_700_000_000_000, 'command:0')).toBe('018bcfe5-6800-7d77-896b-6e7016153f7a');
});

test('derives different ids from different seeds or times', () => {
  const ids = new UuidIdGenerator(new ManualClock());
  const derived = Array.from({ length: 2_000 }, (_, n) => ids.derive(5 + (n % 2), `command:${n >> 1}`));
  expect(new Set(derived).size).toBe(2_000);
});

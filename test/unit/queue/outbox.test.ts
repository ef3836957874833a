import { expect, it } from 'vitest';
import { Outbox } from '../../../lib/queue/redis/outbox.js';
import type { BatchEnd } from '../../../lib/queue/redis/redis-lane-engine.js';

/** What one script can unpack at a time; see LUAI_MAXCSTACK. */
const MAX_UNPACKED = 8_000;
const BATCH = 256;

const end = (lane: string, answers: number): BatchEnd => ({
  lane,
  token: '1',
  completed: answers,
  step: 'settle',
  delayMs: 0,
  failures: 0,
  outages: 0,
  batchLimit: 0,
  error: '',
  answers: Array.from({ length: answers }, (_, index) => ({ id: `${index}`, value: 'x' })),
  followUps: [],
});

it('tells all ends in their order, and at a time no more answers than a script can take', () => {
  const outbox = new Outbox();
  const lanes = Array.from({ length: 100 }, (_, index) => `l${index}`);
  for (const lane of lanes) outbox.add(end(lane, BATCH));
  const told: string[] = [];
  while (outbox.size > 0) {
    const ends = outbox.take();
    const answers = ends.reduce((sum, one) => sum + one.answers.length, 0);
    // An id and a value each.
    expect(answers * 2).toBeLessThan(MAX_UNPACKED);
    told.push(...ends.map(({ lane }) => lane));
  }
  expect(told).toEqual(lanes);
});

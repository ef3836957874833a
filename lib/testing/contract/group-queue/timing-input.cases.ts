import { InvalidArgumentError } from '../../../errors/invalid-argument.error.js';
import type { JobTiming } from '../../../queue/timing.js';
import { eventually } from '../eventually.js';
import { type GroupQueueCases, done, lane, range } from './group-queue-cases.js';

const RANKED = { source: 'x', rank: 1 };

/** Each way to give a time, with the field that the error names. */
const TIMES: readonly (readonly [string, (ms: number) => JobTiming])[] = [
  ['delayMs', (delayMs) => ({ delayMs })],
  ['debounce.delayMs', (delayMs) => ({ debounce: { ...RANKED, delayMs, maxWaitMs: 1 } })],
  ['debounce.maxWaitMs', (maxWaitMs) => ({ debounce: { ...RANKED, delayMs: 1, maxWaitMs } })],
  ['throttle.everyMs', (everyMs) => ({ throttle: { ...RANKED, everyMs } })],
  ['dedupe.forMs', (forMs) => ({ dedupe: { forMs } })],
];
const NO_TIMES = [-1, -0.5, 0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 31, '5', null];

/** See `groupQueueSuite`. */
export function timingInputCases({ expect, test, open, start }: GroupQueueCases): void {
  test.each(TIMES)('refuses a %s that is no time, and takes none of the jobs beside it', async (field, timing) => {
    const queue = await open();
    for (const ms of NO_TIMES) {
      const refused = queue.stage([range(lane('a'), 1), { ...range(lane('b'), 1), ...timing(ms as number) }]);
      await expect(refused).rejects.toBeInstanceOf(InvalidArgumentError);
      await expect(refused).rejects.toMatchObject({ field });
    }
    expect(await queue.depth()).toMatchObject({ jobs: 0 });
  });

  test.each(TIMES)('takes the longest %s there is', async (_, timing) => {
    const queue = await open();
    await queue.stage([{ ...range(lane('a'), 1), ...timing(2 ** 31 - 1) }]);
    expect(await queue.forget(lane('a').tenantId)).toBe(1);
  });

  test('refuses ranks and sources that are none, and two timings of one job', async () => {
    const queue = await open();
    for (const rank of [-1, 0.5, Number.NaN, 2 ** 53]) {
      const debounce = { delayMs: 1, maxWaitMs: 1, source: 'x', rank };
      await expect(queue.stage([{ ...range(lane('a'), 1), debounce }])).rejects.toMatchObject({
        field: 'debounce.rank',
      });
    }
    for (const source of ['', 'a\nb', '\ud800', 'x'.repeat(10_000)]) {
      const throttle = { everyMs: 1, source, rank: 1 };
      await expect(queue.stage([{ ...range(lane('a'), 1), throttle }])).rejects.toMatchObject({
        field: 'throttle.source',
      });
    }
    await expect(queue.stage([{ ...range(lane('a'), 1), delayMs: 1, dedupe: { forMs: 1 } }])).rejects.toMatchObject({
      field: 'job',
    });
    expect(await queue.depth()).toMatchObject({ jobs: 0 });
  });

  test('counts a batch as failed whose follow-ups have no times, or no lanes, and stages none of them', async () => {
    const queue = await start((batch) => {
      if (batch.lane.id === 'c') return done(batch);
      const bad = batch.lane.id === 'a' ? { ...range(lane('c'), 1), delayMs: Number.NaN } : range(lane(''), 1);
      return { completed: batch.jobs.length, followUps: [range(lane('c'), 2), bad] };
    });
    await queue.stage([range(lane('a'), 1), range(lane('b'), 1)]);
    await eventually(async () => expect(await queue.depth()).toMatchObject({ jobs: 0, running: 0, deadLetters: 2 }));
    const [{ failures = [] } = {}] = await queue.control.deadLetters({ component: lane('a') });
    expect(failures.at(-1)?.error).toMatch(/^InvalidArgumentError: (delayMs|lane.id) must /);
  });
}

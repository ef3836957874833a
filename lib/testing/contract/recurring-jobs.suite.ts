import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import type { RecurringJob } from '../../recurring-jobs/recurring-job.js';
import type { RecurringJobs } from '../../recurring-jobs/recurring-jobs.js';
import { contractCases, type SuiteOptions } from './contract-test.js';
import { eventually } from './eventually.js';
import { gate } from './gate.js';
import { globalRunner } from './test-runner.js';

const INTERVAL_MS = 50;
const LONG_MS = 60_000;
const SETTLE_MS = 30_000;

/** Opened recurring jobs. @publicApi */
export interface OpenedRecurringJobs {
  readonly jobs: RecurringJobs;
  /** Called after `jobs.drain()`. */
  close(): Promise<void>;
}

/**
 * What every adapter of the `RecurringJobs` port keeps.
 *
 * @param adapter its name in the names of the cases
 * @param open opens them as a process would; each case has a name of its own, under which nothing has been before
 * @throws InvalidArgumentError when there is no test runner
 * @publicApi
 */
export function recurringJobsSuite(
  adapter: string,
  open: (name: string) => Promise<OpenedRecurringJobs>,
  { runner = globalRunner(), differences = {} }: SuiteOptions = {},
): void {
  const { describe, expect, beforeEach, afterEach } = runner;
  describe(`RecurringJobs: ${adapter}`, () => {
    let jobs: RecurringJobs;
    let close: () => Promise<void>;
    beforeEach(async () => {
      const opened = await open(randomUUID());
      jobs = opened.jobs;
      close = () => opened.close();
    });
    afterEach(async () => {
      await jobs.drain();
      await close();
    });

    const job = (run: RecurringJob['run'], rest: Partial<RecurringJob> = {}): RecurringJob => ({
      name: 'tick',
      intervalMs: INTERVAL_MS,
      timeoutMs: LONG_MS,
      run,
      ...rest,
    });

    contractCases(runner, differences, (test) => {
      test('runs a job again and again, and never twice at a time, however long a run takes', async () => {
        let [running, most, runs] = [0, 0, 0];
        const slow = job(async () => {
          most = Math.max(most, (running += 1));
          await delay(INTERVAL_MS * 3);
          running -= 1;
          runs += 1;
        });
        jobs.start([slow]);
        await eventually(() => expect(runs).toBeGreaterThan(3), SETTLE_MS);
        expect(most).toBe(1);
      });

      test('runs several jobs', async () => {
        const runs = new Set<string>();
        const names = ['one', 'two-times'];
        jobs.start(names.map((name) => job(async () => void runs.add(name), { name })));
        await eventually(() => expect([...runs].toSorted()).toEqual(names), SETTLE_MS);
      });

      test('goes on after a run that fails, even before it begins', async () => {
        let runs = 0;
        const failing = job(() => {
          runs += 1;
          if (runs === 1) throw new Error('at once');
          return runs === 2 ? Promise.reject(new Error('later')) : Promise.resolve();
        });
        jobs.start([failing]);
        await eventually(() => expect(runs).toBeGreaterThan(3), SETTLE_MS);
      });

      test('aborts a run that takes too long, and goes on', async () => {
        const aborted: unknown[] = [];
        const hanging = job(
          (signal) =>
            new Promise((_, reject) => {
              signal.addEventListener('abort', () => {
                aborted.push(signal.reason);
                reject(signal.reason as Error);
              });
            }),
          { timeoutMs: 100 },
        );
        jobs.start([hanging]);
        await eventually(() => expect(aborted.length).toBeGreaterThan(1), SETTLE_MS);
        expect(aborted[0]).toMatchObject({ code: 'RECURRING_JOB_TIMEOUT' });
      });

      test('leaves a run alone that does not heed its signal', async () => {
        let runs = 0;
        const deaf = job(
          () => {
            runs += 1;
            return new Promise(() => undefined);
          },
          { timeoutMs: 50 },
        );
        jobs.start([deaf]);
        await eventually(() => expect(runs).toBeGreaterThan(1), SETTLE_MS);
      });

      test('aborts what runs when it is drained, waits for its end, and begins nothing more', async () => {
        const began = gate();
        const seen: string[] = [];
        jobs.start([
          job(async (signal) => {
            seen.push('began');
            began.open();
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
            await delay(20);
            seen.push('ended');
          }),
        ]);
        await began.opened;
        await Promise.all([jobs.drain(), jobs.drain()]);
        expect(seen).toEqual(['began', 'ended']);
        await delay(INTERVAL_MS * 4);
        expect(seen).toEqual(['began', 'ended']);
      });

      test('can be drained without ever having begun', async () => {
        await jobs.drain();
      });

      test.each([
        ['a name that is none', { name: 'Tick:1' }],
        ['an interval that is none', { intervalMs: 0 }],
        ['a bound that is none', { timeoutMs: Number.NaN }],
      ])('refuses %s', async (_, rest) => {
        expect(() => jobs.start([job(async () => undefined, rest)])).toThrow(InvalidArgumentError);
      });

      test('refuses two jobs of one name', async () => {
        expect(() => jobs.start([job(async () => undefined), job(async () => undefined)])).toThrow(
          InvalidArgumentError,
        );
      });
    });
  });
}

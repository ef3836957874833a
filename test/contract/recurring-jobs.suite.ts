import { setTimeout as delay } from 'node:timers/promises';
import { type INestApplicationContext } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../../lib/errors/invalid-argument.error.js';
import type { QueueAdapter } from '../../lib/queue/queue-adapter.js';
import type { RecurringJob } from '../../lib/recurring-jobs/recurring-job.js';
import { RecurringJobs } from '../../lib/recurring-jobs/recurring-jobs.js';
import { eventually } from '../support/eventually.js';
import { gate } from '../support/gate.js';
import { recurringJobsApp } from '../support/recurring-jobs-app.js';

const INTERVAL_MS = 50;
const LONG_MS = 60_000;
const SETTLE_MS = 30_000;

/** What every adapter of the RecurringJobs port keeps. */
export function recurringJobsSuite(adapter: string, queue: () => QueueAdapter): void {
  describe(`RecurringJobs: ${adapter}`, () => {
    let apps: INestApplicationContext[];
    beforeEach(() => void (apps = []));
    afterEach(async () => {
      for (const app of apps) {
        await app.get(RecurringJobs).drain();
        await app.close();
      }
    });

    async function opened(): Promise<RecurringJobs> {
      const app = await recurringJobsApp(queue());
      apps.push(app);
      return app.get(RecurringJobs);
    }

    const job = (run: RecurringJob['run'], rest: Partial<RecurringJob> = {}): RecurringJob => ({
      name: 'tick',
      intervalMs: INTERVAL_MS,
      timeoutMs: LONG_MS,
      run,
      ...rest,
    });

    it('runs a job again and again, and never twice at a time, however long a run takes', async () => {
      let [running, most, runs] = [0, 0, 0];
      const slow = job(async () => {
        most = Math.max(most, (running += 1));
        await delay(INTERVAL_MS * 3);
        running -= 1;
        runs += 1;
      });
      (await opened()).start([slow]);
      await eventually(() => expect(runs).toBeGreaterThan(3), SETTLE_MS);
      expect(most).toBe(1);
    });

    it('runs several jobs', async () => {
      const runs = new Set<string>();
      const names = ['one', 'two-times'];
      (await opened()).start(names.map((name) => job(async () => void runs.add(name), { name })));
      await eventually(() => expect([...runs].toSorted()).toEqual(names), SETTLE_MS);
    });

    it('goes on after a run that fails, even before it begins', async () => {
      let runs = 0;
      const failing = job(() => {
        runs += 1;
        if (runs === 1) throw new Error('at once');
        return runs === 2 ? Promise.reject(new Error('later')) : Promise.resolve();
      });
      (await opened()).start([failing]);
      await eventually(() => expect(runs).toBeGreaterThan(3), SETTLE_MS);
    });

    it('aborts a run that takes too long, and goes on', async () => {
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
      (await opened()).start([hanging]);
      await eventually(() => expect(aborted.length).toBeGreaterThan(1), SETTLE_MS);
      expect(aborted[0]).toMatchObject({ code: 'RECURRING_JOB_TIMEOUT' });
    });

    it('leaves a run alone that does not heed its signal', async () => {
      let runs = 0;
      const deaf = job(
        () => {
          runs += 1;
          return new Promise(() => undefined);
        },
        { timeoutMs: 50 },
      );
      (await opened()).start([deaf]);
      await eventually(() => expect(runs).toBeGreaterThan(1), SETTLE_MS);
    });

    it('aborts what runs when it is drained, waits for its end, and begins nothing more', async () => {
      const began = gate();
      const seen: string[] = [];
      const jobs = await opened();
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

    it('can be drained without ever having begun', async () => {
      await (await opened()).drain();
    });

    it.each([
      ['a name that is none', { name: 'Tick:1' }],
      ['an interval that is none', { intervalMs: 0 }],
      ['a bound that is none', { timeoutMs: Number.NaN }],
    ])('refuses %s', async (_, rest) => {
      const jobs = await opened();
      expect(() => jobs.start([job(async () => undefined, rest)])).toThrow(InvalidArgumentError);
    });

    it('refuses two jobs of one name', async () => {
      const jobs = await opened();
      expect(() => jobs.start([job(async () => undefined), job(async () => undefined)])).toThrow(InvalidArgumentError);
    });
  });
}

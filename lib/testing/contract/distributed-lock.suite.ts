import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { DistributedLock } from '../../locks/distributed-lock.js';
import type { LockLease } from '../../locks/lock-lease.js';
import { contractCases, type SuiteOptions } from './contract-test.js';
import { eventually } from './eventually.js';
import { gate } from './gate.js';
import { globalRunner } from './test-runner.js';

const WAIT_MS = 30_000;
const LONG_NAME = 'n'.repeat(513);

/**
 * What every adapter of the `DistributedLock` port keeps.
 *
 * @param adapter its name in the names of the cases
 * @param open opens the locks as another process would: those of one name, which one case has, reach each other. Where
 * processes share nothing, the same ones for the same name
 * @throws InvalidArgumentError when there is no test runner
 * @publicApi
 */
export function distributedLockSuite(
  adapter: string,
  open: (name: string) => Promise<DistributedLock>,
  { runner = globalRunner(), differences = {} }: SuiteOptions = {},
): void {
  const { describe, expect, beforeEach, afterEach } = runner;
  describe(`DistributedLock: ${adapter}`, () => {
    let opened: DistributedLock[];
    let mine: DistributedLock;
    let theirs: DistributedLock;
    beforeEach(async () => {
      const name = randomUUID();
      opened = [];
      opened.push((mine = await open(name)));
      opened.push((theirs = await open(name)));
    });
    afterEach(async () => {
      for (const lock of opened) await lock.drain();
    });

    /** Holds a lock until it is told to let go. */
    async function holding(lock: DistributedLock, name = 'work') {
      const [began, end] = [gate(), gate()];
      let lease!: LockLease;
      const result = lock.tryHold(name, async (given) => {
        lease = given;
        began.open();
        await end.opened;
      });
      await began.opened;
      const letGo = async (): Promise<unknown> => {
        end.open();
        return result;
      };
      return { lease, letGo };
    }

    contractCases(runner, differences, (test) => {
      test('runs, and gives what the run returned', async () => {
        expect(await mine.tryHold('work', async () => 7)).toEqual({ held: true, value: 7 });
      });

      test('is held by one at a time', async () => {
        const { letGo } = await holding(mine);
        expect(await theirs.tryHold('work', async () => 'twice')).toEqual({ held: false });
        expect(await mine.tryHold('work', async () => 'twice')).toEqual({ held: false });
        await letGo();
        expect(await theirs.tryHold('work', async () => 'then')).toEqual({ held: true, value: 'then' });
      });

      test('holds up nothing under another name', async () => {
        const { letGo } = await holding(mine, 'fold:totals@1');
        for (const name of ['fold:totals@2', 'fold:totals', 'fold%3Atotals@1', 'a {b} *?[]\\ ü']) {
          expect(await theirs.tryHold(name, async () => name)).toEqual({ held: true, value: name });
        }
        await letGo();
      });

      test('is let go of when the run fails, at once or later, and tells the failure', async () => {
        const atOnce = mine.tryHold('work', () => {
          throw new Error('at once');
        });
        await expect(atOnce).rejects.toThrow('at once');
        await expect(mine.tryHold('work', () => Promise.reject(new Error('later')))).rejects.toThrow('later');
        expect(await theirs.tryHold('work', async () => 1)).toEqual({ held: true, value: 1 });
      });

      test('has tokens that rise, whoever holds it', async () => {
        const tokens: number[] = [];
        for (let round = 0; round < 20; round += 1) {
          await [mine, theirs][round % 2]!.tryHold('work', async ({ fencingToken }) => tokens.push(fencingToken));
        }
        expect(tokens.every(Number.isSafeInteger)).toBe(true);
        expect(tokens).toEqual([...new Set(tokens)].toSorted((one, other) => one - other));
      });

      test('is waited for', async () => {
        const { letGo } = await holding(mine);
        const waiting = theirs.hold('work', async () => 'waited', { waitMs: WAIT_MS });
        await letGo();
        expect(await waiting).toEqual({ held: true, value: 'waited' });
      });

      test('is waited for no longer than was said', async () => {
        const { letGo } = await holding(mine);
        let runs = 0;
        const run = async (): Promise<void> => void (runs += 1);
        expect(await theirs.hold('work', run, { waitMs: 0 })).toEqual({ held: false });
        expect(await theirs.hold('work', run, { waitMs: 150 })).toEqual({ held: false });
        await letGo();
        await delay(200);
        expect(runs).toBe(0);
      });

      test('is not waited for any more when the wait is called off', async () => {
        const { letGo } = await holding(mine);
        const off = new AbortController();
        const waiting = theirs.hold('work', async () => 1, { waitMs: WAIT_MS, signal: off.signal });
        off.abort(new Error('called off'));
        await expect(waiting).rejects.toThrow('called off');
        await letGo();
      });

      test('lets many take turns, none beside another', async () => {
        let [running, most, runs] = [0, 0, 0];
        const turn = async (): Promise<void> => {
          most = Math.max(most, (running += 1));
          await delay(1);
          running -= 1;
          runs += 1;
        };
        const all = Array.from({ length: 20 }, (_, index) =>
          [mine, theirs][index % 2]!.hold('work', turn, { waitMs: WAIT_MS }),
        );
        expect((await Promise.all(all)).every(({ held }) => held)).toBe(true);
        expect([most, runs]).toEqual([1, 20]);
      });

      test('aborts what runs when it is drained, waits for it, and begins nothing more', async () => {
        const seen: string[] = [];
        const began = gate();
        const run = mine.tryHold('work', async ({ signal }) => {
          began.open();
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          await delay(20);
          seen.push('ended');
          throw signal.reason as Error;
        });
        const failure = expect(run).rejects.toMatchObject({ code: 'CLOSED' });
        await began.opened;
        await Promise.all([mine.drain(), mine.drain()]);
        expect(seen).toEqual(['ended']);
        await failure;
        await expect(mine.tryHold('work', async () => 1)).rejects.toMatchObject({ code: 'CLOSED' });
      });

      test('ends the waits when it is drained', async () => {
        const began = gate();
        const untilAborted = theirs.tryHold('work', async ({ signal }) => {
          began.open();
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
        });
        await began.opened;
        const waits = Array.from({ length: 20 }, () =>
          expect(mine.hold('work', async () => 1, { waitMs: WAIT_MS })).rejects.toMatchObject({ code: 'CLOSED' }),
        );
        await mine.drain();
        await Promise.all(waits);
        await theirs.drain();
        await untilAborted;
      });

      test('can be drained without ever having been asked', async () => {
        await mine.drain();
      });

      test.each([
        ['nothing', ''],
        ['what is too long', LONG_NAME],
        ['control characters', 'a\nb'],
      ])('refuses as a name: %s', async (_, name) => {
        await expect(mine.tryHold(name, async () => 1)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
        await expect(mine.hold(name, async () => 1, { waitMs: 1 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      });

      test('refuses a wait that is none', async () => {
        for (const waitMs of [-1, Number.NaN, 1.5, Number.POSITIVE_INFINITY]) {
          await expect(mine.hold('work', async () => 1, { waitMs })).rejects.toMatchObject({
            code: 'INVALID_ARGUMENT',
          });
        }
      });

      test('does not abort a run that goes on for long', async () => {
        const { lease, letGo } = await holding(mine);
        const began = performance.now();
        await eventually(() => expect(performance.now() - began).toBeGreaterThan(3_000), WAIT_MS);
        expect(lease.signal.aborted).toBe(false);
        expect(await theirs.tryHold('work', async () => 1)).toEqual({ held: false });
        await letGo();
      });
    });
  });
}

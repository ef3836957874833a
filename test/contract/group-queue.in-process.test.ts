import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Logger } from '@nestjs/common';
import * as runner from 'vitest';
import { describe, expect, it } from 'vitest';
import { SystemClock } from '../../lib/clock/system-clock.js';
import { inProcessQueue } from '../../lib/queue/in-process/in-process-queue.adapter.js';
import { compile } from '../support/compile.js';
import { silentLogger } from '../support/silent-logger.js';
import {
  COMPONENTS,
  POLICY,
  command,
  done,
  lane,
  range,
} from '../../lib/testing/contract/group-queue/group-queue-cases.js';
import { groupQueueSuite } from '../../lib/testing/contract/group-queue.suite.js';

const LATER = { delayMs: 60_000, maxWaitMs: 60_000 };

Logger.overrideLogger(silentLogger);

groupQueueSuite('in-process', (limits) => inProcessQueue(limits).open({ clock: new SystemClock() }), { runner });

describe('the in-process queue', () => {
  it('finishes all that was accepted before it ends, for nobody else could', async () => {
    const queue = await inProcessQueue().open({ clock: new SystemClock() });
    const seen: string[] = [];
    queue.consume({
      components: COMPONENTS,
      policy: () => POLICY,
      handle: async (batch) => {
        seen.push(batch.lane.kind);
        return { ...(await done(batch)), followUps: batch.lane.kind === 'command' ? [range(lane('a'), 1)] : [] };
      },
    });
    await queue.stage([command(lane('a', 'command'), '1')]);
    await queue.stage([{ ...range(lane('a', 'reactor'), 1), debounce: { ...LATER, source: 'x', rank: 1 } }]);
    await queue.drain();
    expect(seen).toEqual(['command', 'fold', 'reactor']);
  });

  it('keeps the process alive while accepted work waits, and lets it go then', async () => {
    const compiled = await compile('lib/queue/in-process/in-process-queue.adapter.ts');
    try {
      const script = `
        const { inProcessQueue } = await import('${compiled.path}/lib/queue/in-process/in-process-queue.adapter.js');
        const schedule = (delayMs, task) => {
          const timer = setTimeout(task, delayMs).unref();
          return () => clearTimeout(timer);
        };
        const queue = await inProcessQueue().open({ clock: { now: Date.now, schedule } });
        const policy = { maxBatchJobs: 1, maxAttempts: 3, backoffMs: 50, maxBackoffMs: 50, timeoutMs: 1000, whenExhausted: 'park' };
        queue.consume({
          components: [{ kind: 'fold', component: 'c@1' }],
          policy: () => policy,
          handle: async ({ attempt }) => {
            if (attempt === 1) throw new Error('hiccup');
            console.log('done');
            return { completed: 1, followUps: [] };
          },
        });
        const lane = { tenantId: 'acme', kind: 'fold', component: 'c@1', aggregateType: 't', id: 'a' };
        void queue.stage([{ lane, job: { kind: 'fold', aggregateId: 'a', from: 1, to: 1, events: [] } }]);`;
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
        timeout: 10_000,
      });
      expect(stdout).toBe('done\n');
    } finally {
      await compiled.remove();
    }
  });
});

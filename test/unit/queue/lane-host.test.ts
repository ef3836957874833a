import { Logger } from '@nestjs/common';
import { expect, it, vi } from 'vitest';
import { ClosedError } from '../../../lib/errors/closed.error.js';
import type { HostedLanes } from '../../../lib/queue/redis/hosts/lane-host.js';
import { NativeHost } from '../../../lib/queue/redis/hosts/native-host.js';
import type { LaneRun } from '../../../lib/queue/redis/lane-run.js';
import type { BatchEnd } from '../../../lib/queue/redis/redis-lane-engine.js';
import { eventually } from '../../support/eventually.js';

const end = (step: BatchEnd['step']): BatchEnd => ({
  lane: 'acme:fold:c:t:a',
  token: '1',
  step,
  completed: 0,
  delayMs: 0,
  failures: 1,
  outages: 0,
  batchLimit: 0,
  error: '{}',
  answers: [],
  followUps: [],
});

/** Runs one lane on a host, and answers how it ended there. */
async function hosted(abort: { readonly reason?: Error }): Promise<BatchEnd | undefined> {
  const run = {
    lane: { tenantId: 'acme', kind: 'fold', component: 'c', aggregateType: 't', id: 'a' },
    claim: { failures: 0 },
    abort,
    run: async () => end('park'),
    handBack: () => end('settle'),
  } as unknown as LaneRun;
  const atHand = [[run]];
  const ends: (BatchEnd | undefined)[] = [];
  const source: HostedLanes = {
    slots: 1,
    lanes: () => (atHand.length > 0 ? Promise.resolve() : new Promise(() => {})),
    take: () => atHand.shift() ?? [],
    end: (_, how) => void ends.push(how),
    suspend: () => {},
    drain: async () => true,
    onLost: () => {},
  };
  const host = new NativeHost(source, (inside) => inside());
  await eventually(() => expect(ends).toHaveLength(1));
  await host.drain(1);
  return ends[0];
}

it('tells the log of a lane that is parked, and not of one that is handed back instead', async () => {
  const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
  expect(await hosted({ reason: new ClosedError('The queue') })).toMatchObject({ step: 'settle' });
  expect(error).not.toHaveBeenCalled();
  expect(await hosted({})).toMatchObject({ step: 'park' });
  expect(error).toHaveBeenCalledTimes(1);
  error.mockRestore();
});

import { Logger } from '@nestjs/common';
import { expect, it } from 'vitest';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import type { QueueListener } from '../../../lib/queue/redis/queue-listener.js';
import { RedisBarriers } from '../../../lib/queue/redis/redis-barriers.js';
import type { RedisScript } from '../../../lib/redis/redis-script.js';
import { eventually } from '../../support/eventually.js';
import { gate } from '../../support/gate.js';
import { silentLogger } from '../../support/silent-logger.js';

Logger.overrideLogger(silentLogger);

const LONG_MS = 60_000;

/** A server that answers as a test says, and whose messages a test sends. */
function world(run: (script: RedisScript, args: readonly (string | number)[]) => Promise<unknown>) {
  let say = (_message: string): void => {};
  const listener = {
    hear: (_: string, { onMessage }: { onMessage: (message: string) => void }) => void (say = onMessage),
    listen: () => {},
  } as unknown as QueueListener;
  const connection = {
    run: (script: RedisScript, _keys: readonly string[], args: readonly (string | number)[] = []) => run(script, args),
  };
  const barriers = new RedisBarriers(connection, listener, 'p:', new SystemClock());
  return { barriers, say: (message: string) => say(message) };
}

it('hears a barrier pass before the answer that names it', async () => {
  const answered = gate();
  const placed = gate();
  const { barriers, say } = world(async (_, args) => {
    placed.open();
    await answered.opened;
    return args.map(() => '7');
  });
  const waiting = barriers.wait('lane', LONG_MS);
  await placed.opened;
  say('other 9');
  say('lane 7');
  answered.open();
  expect(await waiting).toBe(true);
  barriers.end();
});

it('takes no older barrier of the lane for its own', async () => {
  let id = 7;
  const { barriers, say } = world(async (_, args) => args.map(() => String(id)));
  const first = barriers.wait('lane', LONG_MS);
  await new Promise((resolve) => setTimeout(resolve, 5));
  id = 8;
  let passed = false;
  const second = barriers.wait('lane', LONG_MS).then((value) => (passed = value));
  await new Promise((resolve) => setTimeout(resolve, 5));
  say('lane 7');
  expect(await first).toBe(true);
  expect(passed).toBe(false);
  say('lane 8');
  expect(await second).toBe(true);
  barriers.end();
});

it('asks once for those who come together, and in bounded steps for many', async () => {
  const asked: number[] = [];
  const { barriers } = world(async (_, args) => {
    asked.push(args.length);
    return args.map(() => '');
  });
  const waiting = Array.from({ length: 1_000 }, (_, n) => barriers.wait(`lane-${n % 600}`, LONG_MS));
  expect(new Set(await Promise.all(waiting))).toEqual(new Set([true]));
  expect(Math.max(...asked)).toBeLessThanOrEqual(256);
  expect(asked.length).toBeLessThanOrEqual(4);
  barriers.end();
});

it('places a barrier again that could not be placed', async () => {
  let away = true;
  const { barriers } = world(async (_, args) => {
    if (away) throw new Error('away');
    return args.map(() => '');
  });
  const waiting = barriers.wait('lane', LONG_MS);
  expect(await barriers.wait('lane', 20)).toBe(false);
  away = false;
  expect(await waiting).toBe(true);
  await eventually(() => barriers.quiet(0));
  barriers.end();
});

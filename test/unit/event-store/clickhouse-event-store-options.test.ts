import { expect, test } from 'vitest';
import { InvalidArgumentError } from '../../../lib/errors/invalid-argument.error.js';
import { resolveOptions } from '../../../lib/event-store/clickhouse/clickhouse-event-store-options.js';

test('fills in defaults, also for what is given as undefined', () => {
  const defaults = resolveOptions({});
  expect(resolveOptions({ leaseMs: undefined })).toEqual(defaults);
  expect(resolveOptions({ leaseMs: 5, exclusiveServer: true })).toEqual({
    ...defaults,
    leaseMs: 5,
    exclusiveServer: true,
  });
  // A writer that died must be waited for by default, else a restart would fail.
  expect(defaults.leaseWaitMs).toBeGreaterThan(defaults.leaseMs);
});

test('refuses bounds outside their range', () => {
  expect(resolveOptions({ leaseWaitMs: 0, flushDelayMs: 0, closeTimeoutMs: 0 })).toMatchObject({ leaseWaitMs: 0 });
  for (const bad of [0, -1, 1.5, NaN, Infinity, '5']) {
    for (const name of ['leaseMs', 'maxInsertMs', 'maxBatchEvents', 'maxInFlight', 'maxWaitMs']) {
      expect(() => resolveOptions({ [name]: bad }), `${name} ${bad}`).toThrow(InvalidArgumentError);
    }
  }
});

test('lets events settle no earlier than the last insert of them can end', () => {
  expect(resolveOptions({ insertDeadlineMs: 500, maxInsertMs: 1_200, settleMs: 2_500 })).toMatchObject({
    settleMs: 2_500,
  });
  expect(resolveOptions({ maxInsertMs: 60_000 }).settleMs).toBe(65_000);
  expect(() => resolveOptions({ insertDeadlineMs: 500, maxInsertMs: 1_200, settleMs: 2_499 })).toThrow(
    /settleMs.*2500/,
  );
});

import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, expect, it, type MockInstance, vi } from 'vitest';
import type { CommandOutcome } from '../../../lib/commands/command-outcome.js';
import { InProcessCommandOutcomes } from '../../../lib/commands/in-process-command-outcomes.js';
import type { Lane } from '../../../lib/queue/lane.js';
import { createTenantId } from '../../../lib/index.js';
import { ManualClock } from '../../support/manual-clock.js';

const lane: Lane = {
  tenantId: createTenantId('acme'),
  kind: 'command',
  component: 'counting',
  aggregateType: 'counter',
  id: 'c1',
};
const rejected: CommandOutcome = { status: 'rejected', commandId: '1', reason: 'TOO_MUCH', message: '', details: null };
const failed: CommandOutcome = { status: 'failed', commandId: '1', code: 'X', kind: 'permanent', message: 'broken' };
const stored: CommandOutcome = { status: 'stored', commandId: '1', aggregateId: 'c1', eventCount: 0, lastSequence: 0 };

let warn: MockInstance;
let error: MockInstance;
beforeEach(() => {
  warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
  error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
});
afterEach(() => vi.restoreAllMocks());

it('logs a command that was not stored when nobody waits to hear of it', () => {
  const outcomes = new InProcessCommandOutcomes(new ManualClock());
  outcomes.publish(lane, stored);
  expect([warn.mock.calls, error.mock.calls]).toEqual([[], []]);
  outcomes.publish(lane, rejected);
  outcomes.publish(lane, failed);
  const command = { tenantId: 'acme', pipeline: 'counting', aggregateId: 'c1', commandId: '1' };
  expect(warn.mock.calls).toEqual([[{ message: 'A command was rejected', ...command, reason: 'TOO_MUCH' }]]);
  expect(error.mock.calls).toEqual([[{ message: 'A command failed', ...command, code: 'X', error: 'broken' }]]);
});

it('logs nothing that somebody hears of', async () => {
  const outcomes = new InProcessCommandOutcomes(new ManualClock());
  const { outcome } = outcomes.wait(lane, '1', 1_000);
  outcomes.publish(lane, failed);
  expect(await outcome).toBe(failed);
  expect(error).not.toHaveBeenCalled();
});

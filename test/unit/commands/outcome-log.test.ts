import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, expect, it, type MockInstance, vi } from 'vitest';
import type { CommandOutcome } from '../../../lib/commands/command-outcome.js';
import { OutcomeLog } from '../../../lib/commands/outcome-log.js';
import { createTenantId } from '../../../lib/index.js';
import type { CommandJob } from '../../../lib/queue/job.js';
import type { Lane } from '../../../lib/queue/lane.js';

const lane: Lane = {
  tenantId: createTenantId('acme'),
  kind: 'command',
  component: 'counting',
  aggregateType: 'counter',
  id: 'c1',
};
const job: CommandJob = {
  kind: 'command',
  commandId: '1',
  receiptId: 'r1',
  awaited: false,
  type: 'counter.add',
  data: {},
  metadata: {},
  acceptedAt: 0,
};
const rejected: CommandOutcome = { status: 'rejected', commandId: '1', reason: 'TOO_MUCH', message: '', details: null };
const failed: CommandOutcome = { status: 'failed', commandId: '1', code: 'X', kind: 'permanent', message: 'broken' };
const stored: CommandOutcome = {
  status: 'stored',
  commandId: '1',
  tenantId: lane.tenantId,
  aggregateType: 'counter',
  aggregateId: 'c1',
  eventCount: 0,
  lastSequence: 0,
};

let warn: MockInstance;
let error: MockInstance;
beforeEach(() => {
  warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
  error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
});
afterEach(() => vi.restoreAllMocks());

it('logs a command that was not stored when nobody waits to hear of it', () => {
  const log = new OutcomeLog();
  log.note(lane, job, stored);
  expect([warn.mock.calls, error.mock.calls]).toEqual([[], []]);
  log.note(lane, job, rejected);
  log.note(lane, job, failed);
  const command = { tenantId: 'acme', pipeline: 'counting', aggregateId: 'c1', commandId: '1', receiptId: 'r1' };
  expect(warn.mock.calls).toEqual([[{ message: 'A command was rejected', ...command, reason: 'TOO_MUCH' }]]);
  expect(error.mock.calls).toEqual([[{ message: 'A command failed', ...command, code: 'X', error: 'broken' }]]);
});

it('logs nothing that somebody waits to hear of', () => {
  const log = new OutcomeLog();
  for (const outcome of [rejected, failed]) log.note(lane, { ...job, awaited: true }, outcome);
  expect([warn.mock.calls, error.mock.calls]).toEqual([[], []]);
});

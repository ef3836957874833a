import { expect, it } from 'vitest';
import type { CommandOutcome } from '../../../lib/commands/command-outcome.js';
import { decodeOutcome, encodeOutcome } from '../../../lib/commands/outcome-codec.js';
import { createTenantId, type JsonValue } from '../../../lib/index.js';
import type { CommandJob } from '../../../lib/queue/job.js';
import { MAX_ANSWER_BYTES } from '../../../lib/queue/job-answer.js';
import { MAX_ID_BYTES } from '../../../lib/tenancy/text-problem.js';

const job = { receiptId: 'r1' } as CommandJob;
/** The id whose JSON is longest. */
const ID = '"'.repeat(MAX_ID_BYTES);
const rejected = { status: 'rejected', commandId: ID, reason: 'NO', message: 'No', details: { limit: 1 } } as const;

const there = (outcome: CommandOutcome): CommandOutcome => decodeOutcome(encodeOutcome(job, outcome).value);

it.each<CommandOutcome>([
  {
    status: 'stored',
    commandId: ID,
    tenantId: createTenantId(ID),
    aggregateType: ID,
    aggregateId: ID,
    eventCount: 2,
    lastSequence: 7,
  },
  rejected,
  { status: 'failed', commandId: ID, code: 'X', kind: 'transient', message: 'broken' },
])('carries the outcome $status as it is', (outcome) => {
  expect(encodeOutcome(job, outcome).id).toBe('r1');
  expect(there(outcome)).toEqual(outcome);
});

it.each<[string, unknown]>([
  ['too large', 'x'.repeat(MAX_ANSWER_BYTES)],
  ['no JSON', 1n],
])('leaves details out that are %s', (_, details) => {
  expect(there({ ...rejected, details: details as JsonValue })).toEqual({ ...rejected, details: null });
});

it.each<CommandOutcome>([
  { ...rejected, reason: '\u0001'.repeat(50_000), message: '\u0001'.repeat(50_000) },
  {
    status: 'failed',
    commandId: ID,
    code: 'APPEND_OUTCOME_UNKNOWN',
    kind: 'transient',
    message: '\u0001'.repeat(9_000),
  },
])('fits whatever the outcome $status says', (outcome) => {
  expect(Buffer.byteLength(encodeOutcome(job, outcome).value)).toBeLessThanOrEqual(MAX_ANSWER_BYTES);
  expect(there(outcome)).toMatchObject({ status: outcome.status, commandId: ID });
});

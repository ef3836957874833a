import { expect, it } from 'vitest';
import { finalOutcome } from '../../../lib/commands/final-outcome.js';
import { ClosedError } from '../../../lib/errors/closed.error.js';
import type { CommandJob } from '../../../lib/queue/job.js';

const job = { commandId: 'c-1' } as CommandJob;

it('has no outcome of a command that ends because its process does, also at its last attempt', () => {
  expect(finalOutcome(job, new ClosedError('The queue'), 1, 1)).toBeUndefined();
  expect(finalOutcome(job, new Error('no'), 1, 1)).toMatchObject({ status: 'failed', commandId: 'c-1' });
});

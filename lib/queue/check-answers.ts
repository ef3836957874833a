import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import { encodeKey } from '../tenancy/encode-key.js';
import { textProblem } from '../tenancy/text-problem.js';
import { MAX_ANSWER_BYTES } from './job-answer.js';
import type { LaneOutcome } from './lane-batch.js';

/** @throws InvalidArgumentError */
export function checkAnswers({ completed, answers = [] }: LaneOutcome): void {
  if (answers.length > completed) throw new InvalidArgumentError('answers', 'must not be more than the completed jobs');
  for (const { id, value } of answers) {
    checkId(id);
    // A character takes three bytes at most, and mostly one.
    if (value.length * 3 > MAX_ANSWER_BYTES && Buffer.byteLength(value) > MAX_ANSWER_BYTES) {
      throw new InvalidArgumentError('answer.value', `must not exceed ${MAX_ANSWER_BYTES} bytes`);
    }
  }
}

/**
 * An answer's name over all tenants, the tenant first.
 *
 * @throws InvalidTenantError
 * @throws InvalidArgumentError
 */
export function answerKey(tenantId: unknown, id: unknown): string {
  return encodeKey(createTenantId(tenantId), checkId(id));
}

function checkId(id: unknown): string {
  const problem = textProblem(id);
  if (problem !== null) throw new InvalidArgumentError('answer.id', problem);
  return id as string;
}

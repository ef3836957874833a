import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import { textProblem } from '../tenancy/text-problem.js';
import type { StreamId } from './stream-id.js';

/**
 * Checks the name of a stream and returns a copy of it that the caller can no longer change.
 *
 * @throws InvalidTenantError @throws InvalidArgumentError
 */
export function checkStream(stream: StreamId): StreamId {
  const given = (stream ?? {}) as Partial<StreamId>;
  return Object.freeze({
    tenantId: createTenantId(given.tenantId),
    aggregateType: checkText('stream.aggregateType', given.aggregateType),
    aggregateId: checkText('stream.aggregateId', given.aggregateId),
  });
}

/** Checks an id that becomes part of a key. @throws InvalidArgumentError */
export function checkText(field: string, value: unknown): string {
  const problem = textProblem(value);
  if (problem !== null) throw new InvalidArgumentError(field, problem);
  return value as string;
}

import { InvalidTenantError } from './invalid-tenant.error.js';
import type { TenantId } from './tenant-id.js';
import { textProblem } from './text-problem.js';

/**
 * Checks a value and brands it as a tenant id.
 *
 * Legal: a string of 1 to 512 UTF-8 bytes without control characters, lone surrogates or surrounding white space.
 * Any other character is allowed, `:` and braces included: keys are built injectively.
 *
 * @throws InvalidTenantError when the value is anything else
 * @publicApi
 */
export function createTenantId(value: unknown): TenantId {
  const problem = textProblem(value);
  if (problem !== null) throw new InvalidTenantError(problem);
  return value as TenantId;
}

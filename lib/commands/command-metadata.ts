import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import type { EventMetadata } from '../events/event-metadata.js';
import { TenantContext } from '../tenancy/tenant-context.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import { textProblem } from '../tenancy/text-problem.js';

/**
 * Where a command comes from: what the work at hand says, when that is of the same tenant. What is said of another tenant's
 * work does not go along.
 *
 * @throws InvalidArgumentError for a part of the context that is no text of 1 to 512 bytes
 */
export function commandMetadata(tenantId: TenantId, commandId: string): EventMetadata {
  const context = TenantContext.current();
  if (context?.tenantId !== tenantId) return { correlationId: commandId };
  const { correlationId = commandId, causationId, userId, traceparent } = context;
  const metadata = { correlationId, causationId, userId, traceparent };
  for (const [name, value] of Object.entries(metadata)) {
    const problem = value === undefined ? null : textProblem(value);
    if (problem !== null) throw new InvalidArgumentError(`TenantContext.${name}`, problem);
  }
  return metadata;
}

import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import { checkText } from './check-stream.js';
import type { ScanQuery } from './scan-query.js';

/** Checks a query and returns a copy of it. @throws InvalidTenantError @throws InvalidArgumentError */
export function checkScanQuery(query: ScanQuery = {}): ScanQuery {
  if (typeof query !== 'object' || query === null) throw new InvalidArgumentError('query', 'must be an object');
  const { tenantId, aggregateType, types } = query;
  if (types !== undefined && (!Array.isArray(types) || types.some((type) => typeof type !== 'string'))) {
    throw new InvalidArgumentError('query.types', 'must be an array of event types');
  }
  return {
    ...(tenantId !== undefined && { tenantId: createTenantId(tenantId) }),
    ...(aggregateType !== undefined && { aggregateType: checkText('query.aggregateType', aggregateType) }),
    ...(types !== undefined && { types: [...types] }),
  };
}

import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown when a call carries no tenant, or one that is not a legal tenant id. Nothing was read, stored or staged.
 *
 * @publicApi
 */
export class InvalidTenantError extends EventSourcingError {
  readonly code = 'INVALID_TENANT';
  readonly kind = 'permanent';

  constructor(problem: string) {
    super(`The tenant id ${problem}. Pass one made by createTenantId(), or run the call inside TenantContext.run().`);
  }
}

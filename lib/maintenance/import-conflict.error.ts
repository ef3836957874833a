import { EventSourcingError } from '../errors/event-sourcing.error.js';
import type { StreamId } from '../event-store/stream-id.js';

/**
 * Thrown when a stream that is to be imported holds other events already. Import into a log that does not have the
 * tenant.
 *
 * @publicApi
 */
export class ImportConflictError extends EventSourcingError {
  readonly code = 'IMPORT_CONFLICT';
  readonly kind = 'conflict';

  /** @param sequence the first one at which the two differ */
  constructor(
    readonly stream: StreamId,
    readonly sequence: number,
    options?: ErrorOptions,
  ) {
    super(
      `Stream ${stream.aggregateType}/${stream.aggregateId} of tenant ${stream.tenantId} does not hold the imported event at ` +
        `sequence ${sequence}, but another one or none. Import into a log that does not have the tenant.`,
      options,
    );
  }
}

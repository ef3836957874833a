import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown when ClickHouse accepted an insert but its answer lacks the header `X-ClickHouse-Summary`, so that nobody can
 * say how many rows were written. Let the proxy between the application and ClickHouse pass this header.
 *
 * @publicApi
 */
export class MissingSummaryError extends EventSourcingError {
  readonly code = 'CLICKHOUSE_MISSING_SUMMARY';
  readonly kind = 'transient';

  constructor() {
    super(
      'ClickHouse accepted an insert, but its answer lacks the header X-ClickHouse-Summary with the number of rows ' +
        'written. Let the proxy between the application and ClickHouse pass this header.',
    );
  }
}

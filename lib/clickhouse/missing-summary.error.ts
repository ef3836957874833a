import { OutageError } from '../errors/outage.error.js';

/**
 * Thrown when ClickHouse accepted an insert but its answer lacks the header `X-ClickHouse-Summary`, so that nobody can
 * say how many rows were written. Let the proxy between the application and ClickHouse pass this header.
 *
 * @publicApi
 */
export class MissingSummaryError extends OutageError {
  readonly code = 'CLICKHOUSE_MISSING_SUMMARY';

  constructor() {
    super(
      'ClickHouse accepted an insert, but its answer lacks the header X-ClickHouse-Summary with the number of rows ' +
        'written. Let the proxy between the application and ClickHouse pass this header.',
    );
  }
}

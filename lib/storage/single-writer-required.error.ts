import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown at boot when ClickHouse is given by url without `singleWriter: true`. ClickHouse itself has no conditional
 * insert, so several writing processes need an arbiter in Redis, which this version does not have yet.
 *
 * @publicApi
 */
export class SingleWriterRequiredError extends EventSourcingError {
  readonly code = 'SINGLE_WRITER_REQUIRED';
  readonly kind = 'permanent';

  constructor() {
    super(
      'Several processes that append to one ClickHouse need the Redis arbiter, which this version does not have yet. ' +
        'Set singleWriter: true in clickhouse({ url }) and let one process append; a second one is refused at its boot.',
    );
  }
}

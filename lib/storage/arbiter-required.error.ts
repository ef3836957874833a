import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown at boot when ClickHouse is given by url and nothing says who gives sequences. ClickHouse itself has no
 * conditional insert, so several writing processes need an arbiter in Redis, and a single one must be named as such.
 *
 * @publicApi
 */
export class ArbiterRequiredError extends EventSourcingError {
  readonly code = 'ARBITER_REQUIRED';
  readonly kind = 'permanent';

  constructor() {
    super(
      'clickhouse({ url }) does not say who gives sequences to events. Add redis: { host, port } (or { url }) so that ' +
        'any number of processes append, or singleWriter: true so that one process at a time does.',
    );
  }
}

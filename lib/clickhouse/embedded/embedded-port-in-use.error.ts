import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * Thrown when the port asked for embedded ClickHouse is taken.
 *
 * @publicApi
 */
export class EmbeddedPortInUseError extends EventSourcingError {
  readonly code = 'EMBEDDED_PORT_IN_USE';
  readonly kind = 'permanent';

  constructor(readonly port: number) {
    super(
      `Port ${port} of 127.0.0.1 is in use, so embedded ClickHouse cannot listen on it. ` +
        'Stop what listens there, choose another port, or leave the port out to get a free one.',
    );
  }
}

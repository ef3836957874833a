import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * Ends the live stream of a client that read nothing for too long. Its connection is closed; when it connects again with
 * the `Last-Event-ID` that it has, it goes on there.
 *
 * @publicApi
 */
export class ClientStalledError extends EventSourcingError {
  readonly code = 'CLIENT_STALLED';
  readonly kind = 'transient';

  constructor(timeoutMs: number) {
    super(`The client of a live stream read nothing for ${timeoutMs} ms, so its connection was closed.`);
  }
}

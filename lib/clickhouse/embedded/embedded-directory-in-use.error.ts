import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * Thrown when another process holds the data directory of embedded ClickHouse, and did not let go in `lockTimeoutMs`.
 *
 * @publicApi
 */
export class EmbeddedDirectoryInUseError extends EventSourcingError {
  readonly code = 'EMBEDDED_DIRECTORY_IN_USE';
  readonly kind = 'permanent';

  constructor(
    readonly path: string,
    lockTimeoutMs: number,
  ) {
    super(
      `The data directory ${path} is in use by another process and was not released within ${lockTimeoutMs} ms. ` +
        'Stop the other process, or give this one another path; for several processes on the same data, run one ' +
        'ClickHouse server and name it by url in each of them.',
    );
  }
}

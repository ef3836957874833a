import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown when the data directory of the embedded PostgreSQL is in use by another process, or twice by this one. One
 * process at a time can use it; end the other one, or use a server.
 *
 * @publicApi
 */
export class EmbeddedDirectoryLockedError extends EventSourcingError {
  readonly code = 'EMBEDDED_DIRECTORY_LOCKED';
  readonly kind = 'permanent';

  constructor(path: string, lockFile: string, pid: number) {
    super(
      `The embedded PostgreSQL in ${path} is in use by process ${pid}. End that process or use another directory; ` +
        `if that process is not one of yours, remove ${lockFile}.`,
    );
  }
}

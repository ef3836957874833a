import { OutageError } from '../errors/outage.error.js';

/**
 * Thrown when more waits to be written than the bound allows, since the database takes it slower than it comes. The
 * item was not accepted; repeat it later.
 *
 * @publicApi
 */
export class GroupCommitFullError extends OutageError {
  readonly code = 'GROUP_COMMIT_FULL';

  constructor(rows: number, bytes: number) {
    super(
      `${rows} rows (${bytes} bytes) already wait to be written to the database. Nothing was accepted; repeat it later.`,
    );
  }
}

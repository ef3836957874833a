import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * Thrown when another process has taken over as the writer of this event store. Nothing of the call was stored, and
 * this process will not store anything any more. Restart it when the other one has ended, or let only one process
 * write to the database.
 *
 * @publicApi
 */
export class WriterFencedError extends EventSourcingError {
  readonly code = 'WRITER_FENCED';
  readonly kind = 'transient';

  constructor(
    readonly database: string,
    readonly epoch: string,
    readonly newestEpoch: string,
  ) {
    super(
      `Another process has taken over as the writer of the event store in database ${database} (its epoch is ` +
        `${newestEpoch}, ours ${epoch}). Nothing was stored, and this process stores nothing more. Let only one ` +
        'process write to this database, and restart this one.',
    );
  }
}

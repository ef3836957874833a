import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * Thrown at boot when another process is the writer of this event store and stays it: only one may write. Stop the
 * other one, use another database, or wait until its lease has run out if it has died.
 *
 * @publicApi
 */
export class WriterLeaseHeldError extends EventSourcingError {
  readonly code = 'WRITER_LEASE_HELD';
  readonly kind = 'transient';

  constructor(
    readonly database: string,
    readonly writer: string,
    readonly expiresAt: Date,
    waitedMs: number,
  ) {
    super(
      `Another process (${writer}) holds the writer lease of the event store in database ${database} until ` +
        `${expiresAt.toISOString()}, and kept it while this one waited for ${waitedMs} ms. Stop that process, or use ` +
        'another database. If it has died, its lease runs out by itself: start again, or raise leaseWaitMs.',
    );
  }
}

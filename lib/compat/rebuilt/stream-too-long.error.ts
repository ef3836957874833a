import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * Thrown when an aggregate has more events than a projection of `withProjection()` may have in memory at once.
 *
 * @publicApi
 */
export class StreamTooLongError extends EventSourcingError {
  readonly code = 'STREAM_TOO_LONG';
  readonly kind = 'permanent';

  constructor(projection: string, aggregateId: string, maxEvents: number) {
    super(
      `The projection ${projection} is made of all events of an aggregate, and ${aggregateId} has more than ${maxEvents}. ` +
        'Use withFoldProjection(), which reads each event once, or raise maxEvents.',
    );
  }
}

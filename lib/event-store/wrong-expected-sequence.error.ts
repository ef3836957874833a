import { EventSourcingError } from '../errors/event-sourcing.error.js';
import type { ExpectedSequence } from './append-options.js';
import type { StreamId } from './stream-id.js';

/**
 * Thrown when an append expected another state of its stream: somebody else wrote first. Load again and decide anew.
 *
 * @publicApi
 */
export class WrongExpectedSequenceError extends EventSourcingError {
  readonly code = 'WRONG_EXPECTED_SEQUENCE';
  readonly kind = 'conflict';

  constructor(
    readonly stream: StreamId,
    readonly expected: ExpectedSequence,
    readonly actual: number,
  ) {
    super(
      `Stream ${stream.aggregateType}/${stream.aggregateId} of tenant ${stream.tenantId} stands at sequence ${actual}, ` +
        `but ${expected} was expected. Load it again and decide anew.`,
    );
  }
}

import { OutageError } from '../errors/outage.error.js';
import type { StreamId } from './stream-id.js';

/**
 * Thrown when the connection broke in the middle of an append and all repeats of it, so that it may or may not have
 * been stored. Repeat it with the same `key`: it is then stored exactly once.
 *
 * @publicApi
 */
export class AppendOutcomeUnknownError extends OutageError {
  readonly code = 'APPEND_OUTCOME_UNKNOWN';

  constructor(
    readonly stream: StreamId,
    options?: ErrorOptions,
  ) {
    super(
      `Whether the append to ${stream.aggregateType}/${stream.aggregateId} of tenant ${stream.tenantId} was stored is unknown. ` +
        'Repeat it with the same key.',
      options,
    );
  }
}

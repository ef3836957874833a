import { OutageError } from '../errors/outage.error.js';
import type { StoredEvent } from './stored-event.js';

/**
 * Thrown when an event was stored by a newer release, with a version that this one does not know. Queued work waits
 * and burns no attempts, until a process that knows it takes over. Finish the deploy.
 *
 * @publicApi
 */
export class NewerEventVersionError extends OutageError {
  readonly code = 'NEWER_EVENT_VERSION';
  readonly sequence: number;

  constructor(
    readonly type: string,
    readonly version: number,
    readonly knownVersion: number,
    { tenantId, aggregateType, aggregateId, sequence }: StoredEvent,
  ) {
    super(
      `Event ${sequence} (${type}) of ${aggregateType}/${aggregateId}, tenant ${tenantId}, has version ${version}, and this ` +
        `process knows version ${knownVersion} at most. Finish the deploy of the release that stored it.`,
    );
    this.sequence = sequence;
  }
}

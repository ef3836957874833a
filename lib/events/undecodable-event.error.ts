import { EventSourcingError } from '../errors/event-sourcing.error.js';
import type { StoredEvent } from './stored-event.js';

/** What the error tells of a row. */
export type EventPlace = Pick<StoredEvent, 'tenantId' | 'aggregateType' | 'aggregateId' | 'sequence' | 'type'>;

/**
 * Thrown when a row of the log is not an event: its payload is not a JSON object. Nothing is skipped silently; look
 * at the row that the error names.
 *
 * @publicApi
 */
export class UndecodableEventError extends EventSourcingError {
  readonly code = 'UNDECODABLE_EVENT';
  readonly kind = 'permanent';
  readonly tenantId: string;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly sequence: number;

  constructor(row: EventPlace, problem: string, options?: ErrorOptions) {
    super(
      `Event ${row.sequence} (${row.type}) of ${row.aggregateType}/${row.aggregateId}, tenant ${row.tenantId}, ` +
        `cannot be decoded: ${problem}. Inspect this row of the log.`,
      options,
    );
    this.tenantId = row.tenantId;
    this.aggregateType = row.aggregateType;
    this.aggregateId = row.aggregateId;
    this.sequence = row.sequence;
  }
}

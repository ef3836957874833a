import type { EventId } from './event-id.js';
import type { EventMetadata } from './event-metadata.js';

/**
 * An event to append.
 *
 * @publicApi
 */
export interface NewEvent<T extends object = object> {
  /** An instance of a class marked with `@DomainEvent`. */
  readonly data: T;
  /** @default a new UUIDv7 */
  readonly id?: EventId;
  /** @default the correlation, causation, user and trace of the work at hand */
  readonly metadata?: EventMetadata;
  /** @default now */
  readonly occurredAt?: Date;
}

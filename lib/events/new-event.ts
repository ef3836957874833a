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
  /**
   * What the event is found by in queries, such as `account:a-17`, whatever stream it stands in. At most 32, each of 1
   * to 256 UTF-8 bytes without control characters, none twice.
   *
   * @default what `tags` of its `@DomainEvent` gives, else none
   */
  readonly tags?: readonly string[];
  /** @default the correlation, causation, user and trace of the work at hand */
  readonly metadata?: EventMetadata;
  /** @default now */
  readonly occurredAt?: Date;
}

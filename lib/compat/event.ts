/** An event to append: a type, and JSON of any shape. @publicApi */
export interface Event {
  /** 1 to 512 UTF-8 bytes without control characters. */
  readonly eventType: string;
  /** At most 1 MiB as JSON. What JSON cannot hold is lost: dates come back as text. */
  readonly payload: Record<string, unknown>;
}

/** An event as the log holds it. @publicApi */
export interface EventRecord extends Event {
  /** Place in the log of the tenant: 1, 2, 3 …, without holes. */
  readonly sequenceNumber: number;
  /** When it was recorded, by the store's server. */
  readonly timestamp: Date;
}

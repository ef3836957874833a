/** Events of one of the types, whose payload contains one of the predicates. @publicApi */
export interface EventFilter {
  /** Empty for all types. */
  readonly eventTypes: readonly string[];
  /**
   * Each is compared as `EventCriteria.payload` says: nested containment; `null` is contained only in a property that is
   * there and null. Absent or empty for any payload.
   */
  readonly payloadPredicates?: readonly Record<string, unknown>[];
}

/** @publicApi */
export interface QueryOptions {
  /** Only events with a higher sequence number, whichever of the filters they match. */
  readonly minSequenceNumber?: number;
}

/** Events that match one of the filters; without filters, all events. @publicApi */
export interface EventQuery {
  readonly filters: readonly EventFilter[];
  readonly options?: QueryOptions;
}

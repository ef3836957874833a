import type { ForwardedEvent } from './forwarded-event.js';

/** Where an `EventForwarder` brings events. @publicApi */
export interface ForwardTarget {
  /** For errors and log lines, such as `the Redis stream spans`. */
  readonly name: string;
  /**
   * Resolves when the event is accepted there; it may have been before.
   *
   * @param signal aborted when nobody waits for it any more: the event is brought again later
   */
  forward(event: ForwardedEvent, signal: AbortSignal): Promise<void>;
}

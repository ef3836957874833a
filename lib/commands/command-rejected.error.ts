import { EventSourcingError } from '../errors/event-sourcing.error.js';
import type { JsonValue } from '../events/json-value.js';

/** @publicApi */
export interface RejectionOptions {
  /** Stable word for the rule that said no, for callers to switch on. @default 'REJECTED' */
  readonly reason?: string;
  /** Whatever explains the rejection to the caller; left out when the outcome exceeds 8,192 bytes as JSON. @default null */
  readonly details?: JsonValue;
}

/**
 * Throw it from a command handler when a business rule says no. The command is not retried and stores nothing;
 * whoever waits for it gets this error.
 *
 * @publicApi
 */
export class CommandRejectedError extends EventSourcingError {
  readonly code = 'COMMAND_REJECTED';
  readonly kind = 'rejected';
  readonly reason: string;
  readonly details: JsonValue;

  constructor(message: string, options: RejectionOptions = {}) {
    super(message);
    this.reason = options.reason ?? 'REJECTED';
    this.details = options.details ?? null;
  }
}

import type { ErrorKind } from '../errors/error-kind.js';
import type { JsonValue } from '../events/json-value.js';
import type { StoredReceipt } from './command-receipt.js';

/**
 * How a command ended, in JSON-safe form.
 *
 * @publicApi
 */
export type CommandOutcome = StoredReceipt | RejectedOutcome | FailedOutcome;

/** A business rule said no. @publicApi */
export interface RejectedOutcome {
  readonly status: 'rejected';
  readonly commandId: string;
  readonly reason: string;
  readonly message: string;
  readonly details: JsonValue;
}

/** It could not be handled; `code` and `kind` are those of the last error. @publicApi */
export interface FailedOutcome {
  readonly status: 'failed';
  readonly commandId: string;
  readonly code: string;
  readonly kind: ErrorKind;
  readonly message: string;
}

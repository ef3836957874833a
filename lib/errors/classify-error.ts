import type { ErrorKind } from './error-kind.js';
import { EventSourcingError } from './event-sourcing.error.js';

/**
 * The one place that decides what a failure means. An error that is not ours is taken as transient: user code and
 * drivers throw plain errors for outages, and a bounded number of repeats is cheaper than losing work to a hiccup.
 */
export function classifyError(error: unknown): ErrorKind {
  return error instanceof EventSourcingError ? error.kind : 'transient';
}

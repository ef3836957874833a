import { classifyError } from '../errors/classify-error.js';
import { ClosedError } from '../errors/closed.error.js';
import { describeError } from '../errors/describe-error.js';
import { EventSourcingError } from '../errors/event-sourcing.error.js';
import { OutageError } from '../errors/outage.error.js';
import type { CommandJob } from '../queue/job.js';
import type { CommandOutcome } from './command-outcome.js';
import { CommandRejectedError } from './command-rejected.error.js';

const DEFAULT_MAX_ATTEMPTS = 5;

/** The outcome that an error is, or `undefined` while another attempt may help. */
export function finalOutcome(
  { commandId }: CommandJob,
  error: unknown,
  attempt: number,
  maxAttempts = DEFAULT_MAX_ATTEMPTS,
): CommandOutcome | undefined {
  // It will be stored in the end, here or by another process, or what came of it known: the command is not at fault.
  if (error instanceof OutageError || error instanceof ClosedError) return undefined;
  if (error instanceof CommandRejectedError) {
    const { reason, message, details } = error;
    return { status: 'rejected', commandId, reason, message, details };
  }
  const kind = classifyError(error);
  if (attempt < maxAttempts && (kind === 'transient' || kind === 'conflict')) return undefined;
  const code = error instanceof EventSourcingError ? error.code : 'UNKNOWN';
  return {
    status: 'failed',
    commandId,
    code,
    kind,
    message: error instanceof Error ? error.message : describeError(error),
  };
}

import { describeError } from '../../errors/describe-error.js';
import { OutageError } from '../../errors/outage.error.js';

/**
 * Stands for an event that its target refused, or did not accept in time. It is brought there again, with pauses, for as long as it takes, and
 * the later events of its aggregate wait behind it.
 *
 * @publicApi
 */
export class ForwardingFailedError extends OutageError {
  readonly code = 'FORWARDING_FAILED';

  constructor(target: string, eventId: string, cause: unknown) {
    super(`${target} did not accept the event ${eventId}: ${describeError(cause)}`, { cause });
  }
}

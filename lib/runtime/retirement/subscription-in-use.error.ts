import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * Thrown when a subscription shall be retired that a process may still run.
 *
 * @publicApi
 */
export class SubscriptionInUseError extends EventSourcingError {
  readonly code = 'SUBSCRIPTION_IN_USE';
  readonly kind = 'permanent';

  constructor(subscription: string) {
    super(
      `The subscription ${subscription} is run by this process, or by a worker that was heard of lately. Stop all ` +
        'processes of the release that has it: a minute after the last one ended, or five after it died, it can be retired.',
    );
  }
}

import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * Thrown when a version of a projection shall be retired that a process may still run.
 *
 * @publicApi
 */
export class VersionInUseError extends EventSourcingError {
  readonly code = 'VERSION_IN_USE';
  readonly kind = 'permanent';

  constructor(component: string) {
    super(
      `${component} is run by this process, or by a worker that was heard of lately. Stop all processes of the release ` +
        'that has it: a minute after the last one ended, or five after it died, it can be retired.',
    );
  }
}

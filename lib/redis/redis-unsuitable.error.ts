import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown at boot when a Redis server cannot be relied upon: too old, allowed to evict keys, or silent about which run of
 * it answers. The message says what to change.
 *
 * @publicApi
 */
export class RedisUnsuitableError extends EventSourcingError {
  readonly code = 'REDIS_UNSUITABLE';
  readonly kind = 'permanent';

  constructor(problem: string) {
    super(`This Redis server cannot be used: ${problem}.`);
  }
}

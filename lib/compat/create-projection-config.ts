import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import type { ProjectionConfig } from './projection-config.js';

/**
 * @param eventTypes what is listened to; at least one
 * @param handlers one for each of the types, and for no other
 * @throws InvalidArgumentError
 * @publicApi
 */
export function createProjectionConfig<const T extends string>(
  eventTypes: readonly T[],
  handlers: ProjectionConfig<T>['handlers'],
): ProjectionConfig<T> {
  if (eventTypes.length === 0) throw new InvalidArgumentError('eventTypes', 'must name at least one type');
  for (const type of eventTypes) {
    if (!Object.hasOwn(handlers, type) || typeof handlers[type] !== 'function') {
      throw new InvalidArgumentError(`handlers.${type}`, 'must be a function, since eventTypes has the type');
    }
  }
  for (const type of Object.keys(handlers)) {
    if (!(eventTypes as readonly string[]).includes(type)) {
      throw new InvalidArgumentError(`handlers.${type}`, 'must not be there, since eventTypes has no such type');
    }
  }
  return { eventTypes, handlers };
}

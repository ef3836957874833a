import { domainEventMetadata } from '../events/domain-event.decorator.js';
import { InvalidEventError } from '../events/invalid-event.error.js';

/**
 * An event as a later read gives it back, so that a state that was just made is the one that is loaded.
 *
 * @throws InvalidEventError
 */
export function asRead<E extends object>(event: E): E {
  const eventClass = typeof event === 'object' && event !== null ? event.constructor : undefined;
  const metadata = domainEventMetadata(eventClass);
  if (!metadata) {
    throw new InvalidEventError(eventClass?.name ?? typeof event, [
      'it is not an instance of a class marked with @DomainEvent',
    ]);
  }
  let data: unknown;
  try {
    data = JSON.parse(JSON.stringify(event));
  } catch (cause) {
    throw new InvalidEventError(metadata.type, ['its data cannot be written as JSON'], { cause });
  }
  return Object.assign(Object.create(Object.getPrototypeOf(event) as object) as E, data);
}

import { domainEventMetadata } from '../events/domain-event.decorator.js';
import { applyMetadata } from '../projections/apply.decorator.js';

const methodsByPrototype = new WeakMap<object, ReadonlyMap<string, string | symbol>>();

/** Calls the `@Apply` method of an aggregate for an event; one that none takes changes nothing. */
export function applyEvent(aggregate: object, event: object): void {
  const type = domainEventMetadata(event.constructor)?.type;
  const method = type === undefined ? undefined : methodsOf(aggregate).get(type);
  if (method === undefined) return;
  (aggregate as Record<string | symbol, (event: object) => void>)[method]!(event);
}

/** By type of event; of two methods for one type, that of the subclass. */
function methodsOf(aggregate: object): ReadonlyMap<string, string | symbol> {
  const prototype = Object.getPrototypeOf(aggregate) as object;
  const known = methodsByPrototype.get(prototype);
  if (known) return known;
  const methods = new Map<string, string | symbol>();
  for (const { eventClasses, method } of applyMetadata(prototype)) {
    for (const eventClass of eventClasses) {
      const type = domainEventMetadata(eventClass)?.type;
      if (type !== undefined) methods.set(type, method);
    }
  }
  methodsByPrototype.set(prototype, methods);
  return methods;
}

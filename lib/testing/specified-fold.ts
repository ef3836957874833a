import { AssertionError } from 'node:assert';
import { domainEventMetadata } from '../events/domain-event.decorator.js';
import type { EventClass } from '../events/event-class.js';
import { applyMetadata } from '../projections/apply.decorator.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import type { FoldHandler } from '../projections/fold-handler.js';
import { foldProjectionMetadata } from '../projections/fold-projection.decorator.js';

/**
 * A fold as a pipeline with these events would have it, of the stream of one row: that of an aggregate, or of a key.
 *
 * @throws AssertionError when its class is no fold
 */
export function specifiedFold(
  handler: FoldHandler<unknown>,
  aggregateType: string,
  eventClasses: readonly EventClass[],
): FoldDefinition {
  const projectionClass = handler.constructor as EventClass;
  const options = foldProjectionMetadata(projectionClass);
  if (!options) throw new AssertionError({ message: `${projectionClass.name} has no @FoldProjection().` });
  const { name, version = 1, events, key: _, ...others } = options;
  const methods = new Map(
    applyMetadata(projectionClass.prototype as object).flatMap(({ eventClasses: taken, method }) =>
      taken.map((one) => [typeOf(one), method] as const),
    ),
  );
  const listed = events ?? (handler.apply ? eventClasses : []);
  return {
    kind: 'fold',
    component: `${name}@${version}`,
    name,
    version,
    aggregateType,
    projectionClass,
    types: new Set([...methods.keys(), ...listed.map(typeOf)]),
    methods,
    options: { ...others, name },
    handler: { name: projectionClass.name, resolve: () => handler },
  };
}

export function typeOf(eventClass: EventClass): string {
  const type = domainEventMetadata(eventClass)?.type;
  if (type === undefined) throw new AssertionError({ message: `${eventClass.name} has no @DomainEvent().` });
  return type;
}

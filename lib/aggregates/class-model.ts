import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import type { AggregateClass } from './aggregate-class.js';
import { aggregateMetadata } from './aggregate.decorator.js';
import type { AggregateModel } from './aggregate-model.js';
import { checkSnapshotOptions } from './check-snapshot-options.js';
import { applyEvent } from './apply-event.js';
import type { EventSourcedAggregate } from './event-sourced-aggregate.js';

/** @throws InvalidArgumentError for a class without `@Aggregate` */
export function classModel<A extends EventSourcedAggregate>(aggregateClass: AggregateClass<A>): AggregateModel<A> {
  const options = aggregateMetadata(aggregateClass);
  if (!options) throw new InvalidArgumentError('aggregate', 'must be a class that is marked with @Aggregate');
  checkSnapshotOptions(options.snapshot);
  return {
    aggregateType: options.type,
    name: aggregateClass.name,
    snapshot: options.snapshot,
    begin: (id) => new aggregateClass(id),
    evolve: (aggregate, event) => {
      applyEvent(aggregate, event);
      return aggregate;
    },
    toSnapshot: (aggregate) => aggregate.toSnapshot(),
    fromSnapshot: (id, state) => {
      const aggregate = new aggregateClass(id);
      aggregate.fromSnapshot(state);
      return aggregate;
    },
  };
}

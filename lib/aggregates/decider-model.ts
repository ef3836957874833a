import type { AggregateModel } from './aggregate-model.js';
import { checkSnapshotOptions } from './check-snapshot-options.js';
import type { Decider } from './decider.js';

export function deciderModel<C, E extends object, S>(decider: Decider<C, E, S>): AggregateModel<S> {
  checkSnapshotOptions(decider.snapshot);
  return {
    aggregateType: decider.aggregateType,
    name: decider.snapshot?.name ?? 'decider',
    snapshot: decider.snapshot,
    begin: () => decider.initialState(),
    // The events of a stream are those of its decider.
    evolve: (state, event) => decider.evolve(state, event as E),
    toSnapshot: (state) => state,
    fromSnapshot: (_id, state) => state as S,
  };
}

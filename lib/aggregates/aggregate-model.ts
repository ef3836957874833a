import type { SnapshotOptions } from './snapshot-options.js';

/** What the events of a stream lead to, whatever the style in which it is written. `M` is an object or a state. */
export interface AggregateModel<M> {
  readonly aggregateType: string;
  /** Of its snapshots, within the aggregate type. */
  readonly name: string;
  readonly snapshot?: SnapshotOptions<M>;
  /** Before the first event. */
  begin(id: string): M;
  evolve(model: M, event: object): M;
  toSnapshot(model: M): unknown;
  /** @param state as JSON gives it back */
  fromSnapshot(id: string, state: unknown): M;
}

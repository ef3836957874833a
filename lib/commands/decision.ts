/**
 * Events that were decided on a state: they are stored only while that state is the last one of its stream. An
 * `EventSourcedAggregate` is one.
 *
 * @publicApi
 */
export interface Decision {
  /** The last sequence of the stream that the decision knew; 0 when it had none. */
  readonly sequence: number;
  /** Instances of `@DomainEvent` classes, in order; none when nothing changes. */
  readonly raised: readonly object[];
}

export function isDecision(value: unknown): value is Decision {
  if (typeof value !== 'object' || value === null) return false;
  const { sequence, raised } = value as Partial<Decision>;
  return typeof sequence === 'number' && Array.isArray(raised);
}

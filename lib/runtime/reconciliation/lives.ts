/** The memories from which something may be lost that was appended and not projected. While all live on, nothing is. */
export interface Lives {
  /** See `GroupQueue.life`. */
  readonly queue: string;
  /** See `EventStore.undispatchedLife`. */
  readonly events: string;
  /** Since when the component is known to all who dispatch: see `LiveRoute.since`. Empty when it is not. */
  readonly route: string;
}

/** The memories that all components have in common. */
export type CommonLives = Pick<Lives, 'queue' | 'events'>;

export function areSame(one: CommonLives, other: CommonLives): boolean {
  return one.queue === other.queue && one.events === other.events;
}

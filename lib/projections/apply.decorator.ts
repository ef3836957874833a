import type { EventClass } from '../events/event-class.js';
import type { RecordedEvent } from '../events/recorded-event.js';

const METADATA = Symbol.for('@event-sourcing/nestjs:apply');

/** One `@Apply` method of a fold. */
export interface ApplyMetadata {
  readonly eventClasses: readonly EventClass[];
  readonly method: string | symbol;
}

/**
 * Marks the method of a fold that takes events of these classes: `(state, event) => state`, pure; `null` deletes.
 *
 * @publicApi
 */
export function Apply<const E extends readonly EventClass[]>(
  ...eventClasses: E
): <S, M extends (state: S, event: RecordedEvent<InstanceType<E[number]>>) => S | null>(
  target: { init(): S },
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void {
  return (target, method) => {
    const inherited = applyMetadata(target);
    Object.defineProperty(target, METADATA, { value: [...inherited, { eventClasses, method }], configurable: true });
  };
}

/** The `@Apply` methods of a prototype, inherited ones first. */
export function applyMetadata(prototype: object): readonly ApplyMetadata[] {
  return (prototype as Record<symbol, readonly ApplyMetadata[]>)[METADATA] ?? [];
}

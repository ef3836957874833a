import type { EventClass } from '../events/event-class.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { FoldContext } from './fold-context.js';

const METADATA = Symbol.for('@event-sourcing/nestjs:apply');

/** One `@Apply` method. */
export interface ApplyMetadata {
  readonly eventClasses: readonly EventClass[];
  readonly method: string | symbol;
}

/** What `@Apply` may stand on. */
interface ApplyDecorator<E extends object> {
  /** A method of a fold. */
  <S, M extends (state: S, event: RecordedEvent<E>, context: FoldContext) => S | null>(
    target: { init(): S },
    method: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void;
  /** A method of an `EventSourcedAggregate`. */
  <M extends (event: E) => void>(
    target: { readonly raised: readonly object[] },
    method: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void;
}

/**
 * Marks the method that takes events of these classes: of a fold `(state, event, context) => state`, pure, where `null` deletes; of
 * an `EventSourcedAggregate` `(data) => void`, which changes its state and nothing else.
 *
 * @publicApi
 */
export function Apply<const E extends readonly EventClass[]>(
  ...eventClasses: E
): ApplyDecorator<InstanceType<E[number]>> {
  return (target: object, method: string | symbol): void => {
    const inherited = applyMetadata(target);
    Object.defineProperty(target, METADATA, { value: [...inherited, { eventClasses, method }], configurable: true });
  };
}

/** The `@Apply` methods of a prototype, inherited ones first. */
export function applyMetadata(prototype: object): readonly ApplyMetadata[] {
  return (prototype as Record<symbol, readonly ApplyMetadata[]>)[METADATA] ?? [];
}

import type { EventClass } from '../events/event-class.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import { markedMethods, markMethod } from './marked-methods.js';
import type { ProcessContext } from './process-context.js';

const METADATA = Symbol.for('@event-sourcing/nestjs:on');

/**
 * Options of `@On`.
 *
 * @publicApi
 */
export interface OnOptions<T extends object> {
  /**
   * The processes that an event is told to: none, one or several, each an id of 1 to 512 UTF-8 bytes. Pure. Where it
   * throws, or returns anything else (`InvalidKeyError`), nothing more of that aggregate is told to this process manager
   * until the lane is retried or the event skipped.
   *
   * @default the id of its aggregate
   */
  readonly key?: (event: RecordedEvent<T>) => string | readonly string[];
  /** Whether it begins a process where none runs; else it is passed over then. @default true */
  readonly starts?: boolean;
}

/** One `@On`. */
export interface OnMetadata {
  readonly eventClass: EventClass;
  readonly options: OnOptions<object>;
  readonly method: string | symbol;
}

/**
 * Marks the method of a process manager that is told events of a class: `(state, event, context) => state`. Several may
 * stand on one method.
 *
 * @publicApi
 */
export function On<T extends object>(
  eventClass: EventClass<T>,
  options: OnOptions<T> = {},
): <S, M extends (state: S, event: RecordedEvent<T>, context: ProcessContext) => S | null>(
  target: { initialState(): S },
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void {
  return (target, method) => markMethod(target, METADATA, { eventClass, options, method });
}

/** Those of a prototype, inherited ones first. */
export function onMetadata(prototype: object): readonly OnMetadata[] {
  return markedMethods<OnMetadata>(prototype, METADATA);
}

import { markedMethods, markMethod } from './marked-methods.js';
import type { ProcessContext } from './process-context.js';
import type { WakeUp } from './wake-up.js';

const METADATA = Symbol.for('@event-sourcing/nestjs:on-wake-up');

/** One `@OnWakeUp`. */
export interface OnWakeUpMetadata {
  readonly name: string;
  readonly method: string | symbol;
}

/**
 * Marks the method of a process manager that `context.schedule(name, …)` lets be called later:
 * `(state, wakeUp, context) => state`.
 *
 * @publicApi
 */
export function OnWakeUp(
  name: string,
): <S, M extends (state: S, wakeUp: WakeUp, context: ProcessContext) => S | null>(
  target: { initialState(): S },
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void {
  return (target, method) => markMethod(target, METADATA, { name, method });
}

/** Those of a prototype, inherited ones first. */
export function onWakeUpMetadata(prototype: object): readonly OnWakeUpMetadata[] {
  return markedMethods<OnWakeUpMetadata>(prototype, METADATA);
}

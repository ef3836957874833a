import type { EventClass } from '../events/event-class.js';
import { markedMethods, markMethod } from './marked-methods.js';
import type { CommandRejection } from './command-rejection.js';
import type { ProcessContext } from './process-context.js';

const METADATA = Symbol.for('@event-sourcing/nestjs:on-rejection');

/** One `@OnRejection`. */
export interface OnRejectionMetadata {
  readonly commandClass: EventClass;
  readonly method: string | symbol;
}

/**
 * Marks the method of a process manager that is told when a command which it sent was not carried out:
 * `(state, rejection, context) => state`. What has no such method is a line in the log.
 *
 * @publicApi
 */
export function OnRejection<C extends object>(
  commandClass: EventClass<C>,
): <S, M extends (state: S, rejection: CommandRejection<C>, context: ProcessContext) => S | null>(
  target: { initialState(): S },
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void {
  return (target, method) => markMethod(target, METADATA, { commandClass, method });
}

/** Those of a prototype, inherited ones first. */
export function onRejectionMetadata(prototype: object): readonly OnRejectionMetadata[] {
  return markedMethods<OnRejectionMetadata>(prototype, METADATA);
}

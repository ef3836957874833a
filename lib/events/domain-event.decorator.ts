import type { EventClass } from './event-class.js';
import type { StandardSchema } from './standard-schema.js';

const METADATA = Symbol.for('@event-sourcing/nestjs:domain-event');

/**
 * Options of `@DomainEvent`.
 *
 * @typeParam T the event class
 * @publicApi
 */
export interface DomainEventOptions<T extends object = object> {
  /** Version of the shape of the data, an integer from 1. @default 1 */
  readonly version?: number;
  /**
   * A Standard Schema (zod, valibot, arktype …) that the data must satisfy. Without one, the class-validator
   * decorators of the class apply. Only synchronous schemas.
   */
  readonly schema?: StandardSchema;
  /**
   * What the event is found by, whatever stream it stands in: see `NewEvent.tags`. Pure. Name the class in its
   * parameter, `tags: (event: AccountOpened) => […]`: the decorator then fits no other class.
   */
  readonly tags?: (event: T) => readonly string[];
}

/** What `@DomainEvent` says about a class. */
export interface DomainEventMetadata {
  readonly type: string;
  readonly version: number;
  readonly schema?: StandardSchema;
  readonly tags?: (event: object) => readonly string[];
}

/**
 * Marks a class as a domain event and gives it the name under which it is stored.
 *
 * @param type name in the log, unique over all event classes, such as `trace.span_received`. Never rename it once
 *   events exist.
 * @publicApi
 */
export function DomainEvent<T extends object = object>(
  type: string,
  options: DomainEventOptions<T> = {},
): (target: EventClass<T>) => void {
  const { version = 1, schema, tags } = options;
  return (target) => {
    // Only instances of this very class come here.
    const metadata: DomainEventMetadata = { type, version, schema, tags: tags as DomainEventMetadata['tags'] };
    Object.defineProperty(target, METADATA, { value: metadata });
  };
}

/** What `@DomainEvent` says about this very class (not its parents), or `undefined`. */
export function domainEventMetadata(target: unknown): DomainEventMetadata | undefined {
  if (typeof target !== 'function' || !Object.hasOwn(target, METADATA)) return undefined;
  return (target as unknown as Record<symbol, DomainEventMetadata>)[METADATA];
}

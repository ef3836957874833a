import type { EventClass } from './event-class.js';
import type { StandardSchema } from './standard-schema.js';

const METADATA = Symbol.for('@event-sourcing/nestjs:domain-event');

/** @publicApi */
export interface DomainEventOptions {
  /** Version of the shape of the data, an integer from 1. @default 1 */
  readonly version?: number;
  /**
   * A Standard Schema (zod, valibot, arktype …) that the data must satisfy. Without one, the class-validator
   * decorators of the class apply. Only synchronous schemas.
   */
  readonly schema?: StandardSchema;
}

/** What `@DomainEvent` says about a class. */
export interface DomainEventMetadata {
  readonly type: string;
  readonly version: number;
  readonly schema?: StandardSchema;
}

/**
 * Marks a class as a domain event and gives it the name under which it is stored.
 *
 * @param type name in the log, unique over all event classes, such as `trace.span_received`. Never rename it once
 *   events exist.
 * @publicApi
 */
export function DomainEvent(type: string, options: DomainEventOptions = {}): (target: EventClass) => void {
  const { version = 1, schema } = options;
  return (target) => {
    const metadata: DomainEventMetadata = { type, version, schema };
    Object.defineProperty(target, METADATA, { value: metadata });
  };
}

/** What `@DomainEvent` says about this very class (not its parents), or `undefined`. */
export function domainEventMetadata(target: unknown): DomainEventMetadata | undefined {
  if (typeof target !== 'function' || !Object.hasOwn(target, METADATA)) return undefined;
  return (target as unknown as Record<symbol, DomainEventMetadata>)[METADATA];
}

import type { ErrorKind } from './error-kind.js';

/** Marks errors of this package across several loaded copies of it, where `instanceof` of a plain class would fail. */
const BRAND = Symbol.for('@event-sourcing/nestjs:error');

/**
 * Base of every error that this package throws.
 *
 * `code` is stable and safe to switch on; `kind` says whether a repeat can help; `message` says what to do.
 * `instanceof EventSourcingError` also holds for errors of another loaded copy of the package.
 *
 * @publicApi
 */
export abstract class EventSourcingError extends Error {
  abstract readonly code: string;
  abstract readonly kind: ErrorKind;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    Object.defineProperty(this, BRAND, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== EventSourcingError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}

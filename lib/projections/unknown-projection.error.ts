import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown when a projection is read that no module of this process provides.
 *
 * @publicApi
 */
export class UnknownProjectionError extends EventSourcingError {
  readonly code = 'UNKNOWN_PROJECTION';
  readonly kind = 'permanent';

  /** @param projection its class or name, or whatever was given instead */
  constructor(decorator: string, projection: unknown) {
    super(
      typeof projection === 'string'
        ? `No provider with ${decorator} has the name '${projection}'. Add it to the providers of its feature module.`
        : `${nameOf(projection)} is no provider with ${decorator}. Add it to the providers of its feature module.`,
    );
  }
}

function nameOf(projection: unknown): string {
  return typeof projection === 'function' ? projection.name : String(projection);
}

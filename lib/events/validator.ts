import type { EventClass } from './event-class.js';
import type { StandardSchema } from './standard-schema.js';

/** Checks instances of event and command classes. */
export abstract class Validator {
  /**
   * The problems of a value, one line each that begins with the property's path; empty when there are none.
   * The schema decides where there is one, else the class-validator decorators of the class.
   *
   * @param decoded true for a value out of the log, in which nested objects are plain ones: their own decorators are
   *   not known then, and are passed over
   */
  abstract problems(
    value: object,
    valueClass: EventClass,
    schema?: StandardSchema,
    decoded?: boolean,
  ): readonly string[];
}

import type { JsonValue } from '../events/json-value.js';

/**
 * A command of a process that was not carried out: a business rule said no (`rejected`), or it could not be handled
 * (`failed`).
 *
 * @publicApi
 */
export interface CommandRejection<C extends object = object> {
  readonly status: 'rejected' | 'failed';
  /** As it was sent: an instance of its class, whose constructor was not run. */
  readonly command: C;
  readonly commandId: string;
  /** The reason of the rejection, or the code of the error. */
  readonly reason: string;
  readonly message: string;
  /** Of the rejection. */
  readonly details: JsonValue;
}

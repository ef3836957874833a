/**
 * Where an event comes from. All parts are optional, and kept as given.
 *
 * @publicApi
 */
export interface EventMetadata {
  /** Id shared by everything that one outside request set in motion. */
  readonly correlationId?: string;
  /** Id of the command or event that directly caused this one. */
  readonly causationId?: string;
  /** The acting user. */
  readonly userId?: string;
  /** W3C trace context (https://www.w3.org/TR/trace-context) of the caller. */
  readonly traceparent?: string;
}

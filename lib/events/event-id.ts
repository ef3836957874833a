declare const eventIdBrand: unique symbol;

/**
 * The id of an event: a UUIDv7 as lower-case text (RFC 9562), so that ids sort by time as text.
 *
 * @publicApi
 */
export type EventId = string & { readonly [eventIdBrand]: true };

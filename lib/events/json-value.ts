/**
 * What survives `JSON.parse(JSON.stringify(value))` unchanged.
 *
 * @publicApi
 */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

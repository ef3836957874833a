declare const consistencyTokenBrand: unique symbol;

/**
 * Names what a command or an append stored, or will store, for whoever wants to read it: JSON-safe, and safe in URLs and
 * headers. Opaque: made by `consistencyToken()`, used with `Consistency.applied()`, and bound to its tenant.
 *
 * @publicApi
 */
export type ConsistencyToken = string & { readonly [consistencyTokenBrand]: true };

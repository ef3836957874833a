declare const logPositionBrand: unique symbol;

/**
 * A place in the log of one tenant. Opaque text: keep it, hand it back to the same store, and leave every comparison to
 * that.
 *
 * @publicApi
 */
export type LogPosition = string & { readonly [logPositionBrand]: true };

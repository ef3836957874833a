/** Any value but a promise. */
export type Immediate = string | number | boolean | null | (object & { readonly then?: never });

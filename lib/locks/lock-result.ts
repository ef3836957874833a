/** What came of an attempt to hold a lock: what the run returned, or that somebody else holds it. @publicApi */
export type LockResult<T> = { readonly held: true; readonly value: T } | { readonly held: false };

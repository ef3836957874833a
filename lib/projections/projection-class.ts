import type { FoldHandler } from './fold-handler.js';

/** A class marked with `@FoldProjection` whose states are `S`. @publicApi */
export type FoldClass<S> = abstract new (...args: never[]) => FoldHandler<S>;

/** A class marked with `@MapProjection` whose records are `R`. @publicApi */
export type MapClass<R> = abstract new (...args: never[]) => { map(event: never): R | null };

/**
 * A fold by its class, which says what its states are, or by its name: then they are what the caller says, or `unknown`.
 *
 * @publicApi
 */
export type FoldReference<S> = FoldClass<S> | string;

/** A map by its class or by its name. @publicApi */
export type MapReference<R> = MapClass<R> | string;

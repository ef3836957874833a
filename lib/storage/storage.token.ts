/** Provides the open `Storage` of the application; users are given its parts. */
export const STORAGE = Symbol('event-sourcing:storage');

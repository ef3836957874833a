/**
 * A class whose instances are events or commands.
 *
 * @publicApi
 */
// Parameters are contravariant: `never[]` is the one list that accepts every constructor.
export type EventClass<T extends object = object> = abstract new (...args: never[]) => T;

/** What an instance of one of the classes is. @publicApi */
export type EventOf<E extends readonly EventClass[]> = E[number] extends EventClass<infer T> ? T : never;

/**
 * A handler as the executors see it: they ask for the instance per message, so that request-scoped providers get a
 * new one each time and others are served from the container.
 */
export interface HandlerReference<T> {
  /** Name of the class, for log lines and errors. */
  readonly name: string;
  resolve(): T | Promise<T>;
}

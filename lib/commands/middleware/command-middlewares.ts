import type { QueuedReceipt } from '../command-receipt.js';
import type {
  CommandMiddleware,
  CommandMiddlewareClass,
  CommandResult,
  DispatchedCommand,
  HandledCommand,
} from './command-middleware.js';
import { MiddlewareMisuseError } from './middleware-misuse.error.js';

/** A middleware with the name of its class. */
export interface NamedMiddleware {
  readonly name: string;
  readonly middleware: CommandMiddleware;
}

/** Lets commands pass through the middleware of their pipeline, the outermost first. */
export class CommandMiddlewares {
  private readonly byPipeline = new Map<string, readonly NamedMiddleware[]>();

  /**
   * @param classesOf the middleware of a pipeline, from the outermost on
   * @param find the provider of a class, which may come into being after this
   */
  constructor(
    private readonly classesOf: (pipeline: string) => readonly CommandMiddlewareClass[],
    private readonly find: (middleware: CommandMiddlewareClass) => CommandMiddleware,
  ) {}

  /** @throws MiddlewareMisuseError, what middleware throws, and what `accept` throws */
  async dispatch(command: DispatchedCommand, accept: () => Promise<QueuedReceipt>): Promise<QueuedReceipt> {
    const layers = this.of(command.pipeline).flatMap(({ name, middleware }) => {
      if (!middleware.aroundDispatch) return [];
      return [
        async (next: () => Promise<QueuedReceipt>): Promise<QueuedReceipt> => {
          let accepted: QueuedReceipt | undefined;
          const receipt = await middleware.aroundDispatch!(
            command,
            once(name, async () => (accepted = await next())),
          );
          if (accepted && receipt === accepted) return receipt;
          throw new MiddlewareMisuseError(
            name,
            'did not answer with the receipt of next(). Throw CommandRejectedError to refuse a command.',
          );
        },
      ];
    });
    return await nested(layers, accept);
  }

  /** At once where there is no middleware and the handler answers at once. */
  handle(
    command: HandledCommand,
    call: () => CommandResult | Promise<CommandResult>,
  ): CommandResult | Promise<CommandResult> {
    const layers = this.of(command.pipeline).flatMap(({ name, middleware }) => {
      if (!middleware.aroundHandle) return [];
      return [async (next: () => Promise<CommandResult>) => middleware.aroundHandle!(command, once(name, next))];
    });
    return layers.length === 0 ? call() : nested(layers, async () => call());
  }

  private of(pipeline: string): readonly NamedMiddleware[] {
    const known = this.byPipeline.get(pipeline);
    if (known) return known;
    const found = this.classesOf(pipeline).map((one) => ({ name: one.name, middleware: this.find(one) }));
    this.byPipeline.set(pipeline, found);
    return found;
  }
}

type Layer<T> = (next: () => Promise<T>) => Promise<T>;

function nested<T>([outer, ...inner]: readonly Layer<T>[], core: () => Promise<T>): Promise<T> {
  return outer ? outer(() => nested(inner, core)) : core();
}

function once<T>(name: string, next: () => Promise<T>): () => Promise<T> {
  let called = false;
  return async () => {
    if (called) throw new MiddlewareMisuseError(name, 'called next() again. Call it once.');
    called = true;
    return next();
  };
}

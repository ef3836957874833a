import type { DiscoveryService } from '@nestjs/core';
import { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { CommandBus, CommandHandler, EventBus } from '@nestjs/cqrs';
import type { CommandDefinition } from '../commands/command-definition.js';
import type { CommandDispatcher } from '../commands/command-dispatcher.js';
import type { EventClass } from '../events/event-class.js';
import type { WiringProblems } from '../pipeline/wiring-problems.js';

/** The key under which `@CommandHandler` of `@nestjs/cqrs` keeps its command; not exported there, and held by a test. */
const CQRS_COMMAND_HANDLER = '__commandHandler__';

type CqrsCommandHandlerClass = Parameters<ReturnType<typeof CommandHandler>>[0];

/** Where this package meets `@nestjs/cqrs`: its CommandBus takes our commands, its EventBus our stored events. */
export class CqrsBinding {
  constructor(private readonly discovery: DiscoveryService) {}

  /** The application's EventBus, if it has one. */
  eventBus(): EventBus | undefined {
    return this.instances(EventBus)[0];
  }

  /** Reports what would keep `commandBus.execute()` from reaching our handlers. */
  check(commands: readonly CommandDefinition[], problems: WiringProblems): void {
    const buses = this.instances(CommandBus).length;
    if (commands.length > 0 && buses === 0) {
      problems.add('There are commands, but no CommandBus: import CqrsModule.forRoot() in the root module.');
    }
    if (buses > 1) {
      problems.add(
        `There are ${buses} CommandBus instances: import CqrsModule.forRoot() once, in the root module only.`,
      );
    }
    for (const { commandClass, name, handles, executes } of this.cqrsHandlers()) {
      const twin = commands.find((command) => command.commandClass === commandClass);
      if (handles && !executes) {
        problems.add(
          `${name} takes CommandHandler from @nestjs/cqrs, but has handle() and no execute(): ` +
            'import CommandHandler from @event-sourcing/nestjs.',
        );
      } else if (twin) {
        problems.add(
          `The command ${commandClass.name} is handled by ${twin.handler.name} and by ${name} of @nestjs/cqrs: keep one.`,
        );
      }
    }
  }

  /** Lets `commandBus.execute()` of each command come to the dispatcher. */
  bind(commands: readonly CommandDefinition[], dispatcher: CommandDispatcher): void {
    const [bus] = this.instances(CommandBus);
    // The bus calls execute() of a class that bears its own metadata; on the user's class that metadata would be taken
    // for a handler of @nestjs/cqrs, so each command gets a small class of ours.
    bus?.register(
      commands.map((definition) => {
        const dispatch = (command: object): Promise<unknown> => dispatcher.dispatch(definition, command);
        class Dispatch {
          execute(command: object): Promise<unknown> {
            return dispatch(command);
          }
        }
        CommandHandler(definition.commandClass as Parameters<typeof CommandHandler>[0])(
          Dispatch as CqrsCommandHandlerClass,
        );
        return new InstanceWrapper({
          name: `${definition.handler.name}Dispatch`,
          token: Dispatch,
          metatype: Dispatch,
          instance: new Dispatch(),
          isResolved: true,
        });
      }),
    );
  }

  private instances<T>(token: abstract new (...args: never[]) => T): readonly T[] {
    return this.discovery
      .getProviders()
      .filter((wrapper) => wrapper.token === token && !wrapper.isAlias)
      .map(({ instance }) => instance as T);
  }

  private cqrsHandlers(): readonly { commandClass: EventClass; name: string; handles: boolean; executes: boolean }[] {
    return this.discovery.getProviders().flatMap(({ instance, metatype }) => {
      const target: unknown = (instance as object | undefined)?.constructor ?? metatype;
      if (typeof target !== 'function') return [];
      const commandClass = Reflect.getMetadata(CQRS_COMMAND_HANDLER, target) as EventClass | undefined;
      if (!commandClass) return [];
      const prototype = target.prototype as Record<string, unknown>;
      const has = (method: string): boolean => typeof prototype[method] === 'function';
      return [{ commandClass, name: target.name, handles: has('handle'), executes: has('execute') }];
    });
  }
}

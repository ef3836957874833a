import type { CommandDefinition } from '../commands/command-definition.js';
import type { CommandHandlerMetadata } from '../commands/command-handler.decorator.js';
import { checkChoice, checkFunctions, checkIntegers, checkName } from './check-options.js';
import type { HandlerProvider } from './handler-provider.js';
import type { WiringProblems } from './wiring-problems.js';

export function buildCommand(
  provider: HandlerProvider,
  { commandClass, options }: CommandHandlerMetadata,
  problems: WiringProblems,
): CommandDefinition {
  checkName(provider.name, 'command type', options.type, problems);
  if (!provider.hasMethod('handle')) {
    problems.add(
      `${provider.name} has no handle(): a handler of an aggregate's command needs one. ` +
        'With execute(), it is one of @nestjs/cqrs: import CommandHandler from there.',
    );
  }
  const { maxAttempts, timeoutMs, aggregateId, commandId, tenantId, delayMs, dedupe } = options;
  checkIntegers(provider.name, { maxAttempts, timeoutMs }, 1, problems);
  checkChoice(provider.name, { whenExhausted: options.whenExhausted }, ['fail', 'park'], problems);
  checkFunctions(provider.name, { aggregateId }, problems);
  if (commandId !== undefined) checkFunctions(provider.name, { commandId }, problems);
  if (delayMs !== undefined && typeof delayMs !== 'function') checkIntegers(provider.name, { delayMs }, 0, problems);
  if (dedupe) {
    checkFunctions(provider.name, { 'dedupe.key': dedupe.key }, problems);
    // What is not left out by whoever writes TypeScript may be by others.
    checkIntegers(provider.name, { 'dedupe.forMs': dedupe.forMs ?? null }, 1, problems);
  }
  if (tenantId !== undefined) checkFunctions(provider.name, { tenantId }, problems);
  const { pipeline, aggregateType, events } = provider.pipeline;
  return { pipeline, aggregateType, commandClass, events: new Set(events), options, handler: provider.reference() };
}

import type { CommandHandlerMetadata } from '../commands/command-handler.decorator.js';
import { domainEventMetadata } from '../events/domain-event.decorator.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import { applyMetadata } from '../projections/apply.decorator.js';
import { type OnMetadata, onMetadata } from '../processes/on.decorator.js';
import { type OnRejectionMetadata, onRejectionMetadata } from '../processes/on-rejection.decorator.js';
import { type OnWakeUpMetadata, onWakeUpMetadata } from '../processes/on-wake-up.decorator.js';
import type { EventMethod, ProcessDefinition } from '../processes/process-definition.js';
import { processMethods } from '../processes/process-methods.js';
import type { ProcessManagerOptions } from '../processes/process-manager.decorator.js';
import { inboxType } from '../processes/stream/process-streams.js';
import { RESERVED_PREFIX } from '../tenancy/reserved-prefix.js';
import { checkSources, MAX_MAX_KEYS } from './build-fold-key.js';
import { checkBooleans, checkFunctions, checkIntegers, checkName, MAX_PROJECTION_NAME_BYTES } from './check-options.js';
import type { HandlerProvider } from './handler-provider.js';
import type { PipelineOptions } from './pipeline-options.js';
import type { WiringProblems } from './wiring-problems.js';

const MAX_STATE_BYTES = 524_288;

/**
 * @param pipelines all of them: a process manager takes events of any
 * @param commands of all pipelines
 */
export function buildProcess(
  provider: HandlerProvider,
  options: ProcessManagerOptions,
  pipelines: readonly PipelineOptions[],
  commands: readonly Pick<CommandHandlerMetadata, 'commandClass'>[],
  problems: WiringProblems,
): ProcessDefinition {
  const { name, maxKeys, maxAttempts, maxStateBytes } = options;
  const owner = provider.name;
  checkName(owner, 'name', name, problems, MAX_PROJECTION_NAME_BYTES);
  if (String(name).includes('@'))
    problems.add(`The name of ${owner} must not contain @, as versions of projections do.`);
  checkIntegers(owner, { maxKeys }, 1, problems, MAX_MAX_KEYS);
  checkIntegers(owner, { maxAttempts }, 1, problems);
  checkIntegers(owner, { maxStateBytes }, 1, problems, MAX_STATE_BYTES);
  const prototype = provider.handlerClass.prototype as object;
  if (!provider.hasMethod('initialState'))
    problems.add(`${owner} has no initialState(): a process manager needs the state before the first event.`);
  if (applyMetadata(prototype).length > 0)
    problems.add(`${owner} has methods with @Apply(): those of a process manager are marked with @On().`);
  const methods = processMethods(provider.handlerClass);
  checkEvents(owner, onMetadata(prototype), pipelines, problems);
  checkWakeUps(owner, onWakeUpMetadata(prototype), problems);
  checkRejections(owner, onRejectionMetadata(prototype), commands, problems);
  const types = new Set(methods.events.keys());
  const isSource = ({ events }: PipelineOptions): boolean =>
    events.some((eventClass) => types.has(domainEventMetadata(eventClass)?.type ?? ''));
  const sources = pipelines.filter(isSource).map(({ aggregateType }) => aggregateType);
  // Its cursors stand beside those of folds.
  const routed = `${RESERVED_PREFIX}process:${name}`;
  checkSources(owner, routed, sources, problems);
  return {
    name,
    processClass: provider.handlerClass,
    ...methods,
    route: {
      ...{ component: name, name: routed, version: 1, projectionClass: provider.handlerClass },
      ...{ types, sources, aggregateType: inboxType(name) },
      options: { maxKeys, key: (event: RecordedEvent) => keyOf(methods.events.get(event.type)!, event) },
    },
    options,
    handler: provider.reference(),
  };
}

function keyOf({ key }: EventMethod, event: RecordedEvent): string | readonly string[] {
  return key ? key(event) : event.aggregateId;
}

function checkEvents(
  owner: string,
  marked: readonly OnMetadata[],
  pipelines: readonly PipelineOptions[],
  problems: WiringProblems,
): void {
  if (marked.length === 0) problems.add(`${owner} is told no event: mark methods with @On().`);
  for (const { eventClass, options } of marked) {
    const type = domainEventMetadata(eventClass)?.type;
    if (type === undefined) {
      problems.add(`${owner} is told ${eventClass?.name}, which is no event: mark it with @DomainEvent().`);
      continue;
    }
    if (!pipelines.some(({ events }) => events.includes(eventClass)))
      problems.add(`${owner} is told ${eventClass.name}, which no pipeline declares: add it to the events of one.`);
    if (options.key !== undefined) checkFunctions(owner, { [`key of ${type}`]: options.key }, problems);
    checkBooleans(owner, { [`starts of ${type}`]: options.starts }, problems);
  }
  checkOnce(owner, marked, ({ eventClass }) => eventClass?.name, problems);
}

function checkWakeUps(owner: string, marked: readonly OnWakeUpMetadata[], problems: WiringProblems): void {
  for (const { name } of marked) checkName(owner, 'wake-up', name, problems, MAX_PROJECTION_NAME_BYTES);
  checkOnce(owner, marked, ({ name }) => name, problems);
}

/** @param commands of all pipelines */
function checkRejections(
  owner: string,
  marked: readonly OnRejectionMetadata[],
  commands: readonly Pick<CommandHandlerMetadata, 'commandClass'>[],
  problems: WiringProblems,
): void {
  for (const { commandClass } of marked) {
    if (!commands.some((command) => command.commandClass === commandClass))
      problems.add(`${owner} is told rejections of ${commandClass?.name}, which no @CommandHandler handles.`);
  }
  checkOnce(owner, marked, ({ commandClass }) => `rejections of ${commandClass?.name}`, problems);
}

/** A method of a child may stand for that of its parent. */
function checkOnce<T extends { readonly method: string | symbol }>(
  owner: string,
  marked: readonly T[],
  of: (one: T) => string | undefined,
  problems: WiringProblems,
): void {
  const methods = new Map<string | undefined, string | symbol>();
  for (const one of marked) {
    const other = methods.get(of(one));
    if (other !== undefined && other !== one.method)
      problems.add(`${owner} is told ${of(one)} twice, in ${String(other)}() and ${String(one.method)}(): keep one.`);
    methods.set(of(one), one.method);
  }
}

import type { CommandHandlerMetadata } from '../commands/command-handler.decorator.js';
import type { EventClass } from '../events/event-class.js';
import { domainEventMetadata } from '../events/domain-event.decorator.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import { applyMetadata } from '../projections/apply.decorator.js';
import { type OnMetadata, type OnOptions, onMetadata } from '../processes/on.decorator.js';
import { onRejectionMetadata } from '../processes/on-rejection.decorator.js';
import { onWakeUpMetadata } from '../processes/on-wake-up.decorator.js';
import type { EventMethod, ProcessDefinition } from '../processes/process-definition.js';
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
  const marked = onMetadata(prototype);
  if (marked.length === 0) problems.add(`${owner} is told no event: mark methods with @On().`);
  const handled = new Set(commands.map(({ commandClass }) => commandClass));
  const events = new Map<string, EventMethod & Pick<OnMetadata, 'options'>>();
  for (const one of marked) addEvent(owner, one, pipelines, events, problems);
  const types = new Set(events.keys());
  const sources = pipelines
    .filter((pipeline) => pipeline.events.some((eventClass) => types.has(domainEventMetadata(eventClass)?.type ?? '')))
    .map(({ aggregateType }) => aggregateType);
  // Its cursors stand beside those of folds.
  const routed = `${RESERVED_PREFIX}process:${name}`;
  checkSources(owner, routed, sources, problems);
  return {
    name,
    processClass: provider.handlerClass,
    events,
    wakeUps: wakeUpsOf(owner, prototype, problems),
    rejections: rejectionsOf(owner, prototype, handled, problems),
    route: {
      ...{ component: name, name: routed, version: 1, projectionClass: provider.handlerClass },
      ...{ types, sources, aggregateType: inboxType(name) },
      options: { maxKeys, key: (event: RecordedEvent) => keyOf(events.get(event.type)!.options, event) },
    },
    options,
    handler: provider.reference(),
  };
}

function keyOf({ key }: OnOptions<object>, event: RecordedEvent): string | readonly string[] {
  return key ? key(event) : event.aggregateId;
}

function addEvent(
  owner: string,
  { eventClass, options, method }: OnMetadata,
  pipelines: readonly PipelineOptions[],
  events: Map<string, EventMethod & Pick<OnMetadata, 'options'>>,
  problems: WiringProblems,
): void {
  const type = domainEventMetadata(eventClass)?.type;
  if (type === undefined) {
    problems.add(`${owner} is told ${eventClass?.name}, which is no event: mark it with @DomainEvent().`);
    return;
  }
  if (!pipelines.some((pipeline) => pipeline.events.includes(eventClass)))
    problems.add(`${owner} is told ${eventClass.name}, which no pipeline declares: add it to the events of one.`);
  const { key, starts } = options;
  if (key !== undefined) checkFunctions(owner, { [`key of ${type}`]: key }, problems);
  checkBooleans(owner, { [`starts of ${type}`]: starts }, problems);
  addOnce(owner, events, type, { method, starts: starts ?? true, options }, problems);
}

function wakeUpsOf(owner: string, prototype: object, problems: WiringProblems): ProcessDefinition['wakeUps'] {
  const wakeUps = new Map<string, { readonly method: string | symbol }>();
  for (const { name, method } of onWakeUpMetadata(prototype)) {
    checkName(owner, 'wake-up', name, problems, MAX_PROJECTION_NAME_BYTES);
    addOnce(owner, wakeUps, name, { method }, problems);
  }
  return new Map([...wakeUps].map(([name, { method }]) => [name, method]));
}

function rejectionsOf(
  owner: string,
  prototype: object,
  handled: ReadonlySet<EventClass>,
  problems: WiringProblems,
): ProcessDefinition['rejections'] {
  const rejections = new Map<EventClass, string | symbol>();
  for (const { commandClass, method } of onRejectionMetadata(prototype)) {
    if (!handled.has(commandClass))
      problems.add(`${owner} is told rejections of ${commandClass?.name}, which no @CommandHandler handles.`);
    if (rejections.has(commandClass))
      problems.add(`${owner} is told rejections of ${commandClass.name} twice: keep one.`);
    rejections.set(commandClass, method);
  }
  return rejections;
}

/** A method of a child may stand for that of its parent. */
function addOnce<T extends { readonly method: string | symbol }>(
  owner: string,
  methods: Map<string, T>,
  of: string,
  one: T,
  problems: WiringProblems,
): void {
  const other = methods.get(of);
  if (other && other.method !== one.method)
    problems.add(`${owner} is told ${of} twice, in ${String(other.method)}() and ${String(one.method)}(): keep one.`);
  methods.set(of, one);
}

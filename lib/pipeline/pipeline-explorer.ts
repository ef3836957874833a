import type { DiscoveryService, ModuleRef } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { type CommandHandlerMetadata, commandHandlerMetadata } from '../commands/command-handler.decorator.js';
import { domainEventMetadata } from '../events/domain-event.decorator.js';
import type { EventClass } from '../events/event-class.js';
import { upcasterMetadata } from '../events/upcaster.decorator.js';
import { foldProjectionMetadata } from '../projections/fold-projection.decorator.js';
import { mapProjectionMetadata } from '../projections/map-projection.decorator.js';
import { processManagerMetadata } from '../processes/process-manager.decorator.js';
import { reactorMetadata } from '../reactors/reactor.decorator.js';
import { eventSubscriptionMetadata } from '../subscriptions/event-subscription.decorator.js';
import { buildCommand } from './build-command.js';
import { buildFold } from './build-fold.js';
import { buildMap } from './build-map.js';
import { buildProcess } from './build-process.js';
import { buildReactor } from './build-reactor.js';
import { buildSubscription } from './build-subscription.js';
import { buildUpcastStep } from './build-upcast-step.js';
import { checkFunctions, checkName, checkVersion } from './check-options.js';
import { checkUpcasts } from './check-upcasts.js';
import { PIPELINE_OPTIONS } from './event-sourcing-feature.module.js';
import { GLOBAL_PIPELINE, globalPipeline } from './global-pipeline.js';
import { HandlerProvider } from './handler-provider.js';
import type { PipelineDefinition } from './pipeline-definition.js';
import type { PipelineOptions } from './pipeline-options.js';
import type { Rebuilds } from './rebuilds.js';
import type { WiringProblems } from './wiring-problems.js';

/** Finds annotated providers and makes pipelines of them. A provider belongs to the pipeline of the module that holds it. */
export class PipelineExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly moduleRef: ModuleRef,
    private readonly rebuilds: Rebuilds,
  ) {}

  /** What is wrong is added to `problems`; the result is sound only when nothing was. */
  explore(problems: WiringProblems): readonly PipelineDefinition[] {
    const options = this.pipelineOptions();
    const global = globalPipeline([...new Set(options.flatMap(({ events }) => events))]);
    const providers = this.handlerProviders(global, problems);
    const commands = providers.flatMap(({ handlerClass }) => commandHandlerMetadata(handlerClass) ?? []);
    const isUsed = providers.some(({ pipeline }) => pipeline === global);
    const pipelines = [...options, ...(isUsed ? [global] : [])].map((pipeline) =>
      this.build(pipeline, options, providers, commands, problems),
    );
    checkEvents(options, problems);
    for (const pipeline of pipelines) checkUpcasts(pipeline, problems);
    checkDuplicates(pipelines, providers, problems);
    this.rebuilds.check(pipelines, problems);
    return pipelines;
  }

  private pipelineOptions(): readonly PipelineOptions[] {
    return this.discovery
      .getProviders()
      .filter(({ token }) => token === PIPELINE_OPTIONS)
      .map(({ instance }) => instance as PipelineOptions);
  }

  /** @param global to which folds over all pipelines, their reactors and such subscriptions belong, wherever they stand */
  private handlerProviders(global: PipelineOptions, problems: WiringProblems): readonly HandlerProvider[] {
    return this.discovery.getProviders().flatMap((wrapper) => {
      const handlerClass = handlerClassOf(wrapper);
      if (!handlerClass || wrapper.isAlias) return [];
      if (isGlobal(handlerClass)) return [new HandlerProvider(handlerClass, global, wrapper, this.moduleRef)];
      const pipelines = pipelinesOf(wrapper);
      // It may be at home anywhere.
      if (pipelines.length === 0 && processManagerMetadata(handlerClass)) pipelines.push(global);
      if (pipelines.length === 1) return [new HandlerProvider(handlerClass, pipelines[0]!, wrapper, this.moduleRef)];
      const module = wrapper.host?.name;
      problems.add(
        pipelines.length === 0
          ? `${handlerClass.name} is in ${module}, which has no pipeline: import EventSourcingModule.forFeature() there, or move the class.`
          : `${module} imports EventSourcingModule.forFeature() ${pipelines.length} times: a module has one pipeline, so split it.`,
      );
      return [];
    });
  }

  private build(
    pipeline: PipelineOptions,
    all: readonly PipelineOptions[],
    providers: readonly HandlerProvider[],
    commands: readonly CommandHandlerMetadata[],
    problems: WiringProblems,
  ): PipelineDefinition {
    const own = providers.filter((provider) => provider.pipeline === pipeline);
    const each = <M, D>(
      metadataOf: (target: EventClass) => M | undefined,
      build: (provider: HandlerProvider, metadata: M) => D,
    ): D[] =>
      own.flatMap((provider) => {
        const metadata = metadataOf(provider.handlerClass);
        return metadata === undefined ? [] : [build(provider, metadata)];
      });
    const folds = each(foldProjectionMetadata, (provider, metadata) =>
      buildFold(provider, this.rebuilds.apply(metadata), all, problems),
    );
    return {
      name: pipeline.pipeline,
      aggregateType: pipeline.aggregateType,
      events: pipeline.events,
      featureFlags: pipeline.featureFlags,
      commandMiddleware: pipeline.commandMiddleware,
      folds,
      upcasts: each(upcasterMetadata, (provider, metadata) => buildUpcastStep(provider, metadata, problems)).filter(
        (step) => step !== undefined,
      ),
      commands: each(commandHandlerMetadata, (provider, metadata) => buildCommand(provider, metadata, problems)),
      maps: each(mapProjectionMetadata, (provider, metadata) =>
        buildMap(provider, this.rebuilds.apply(metadata), problems),
      ),
      reactors: each(reactorMetadata, (provider, metadata) => buildReactor(provider, metadata, folds, problems)).filter(
        (reactor) => reactor !== undefined,
      ),
      processes: each(processManagerMetadata, (provider, metadata) =>
        buildProcess(provider, metadata, all, commands, problems),
      ),
      subscriptions: each(eventSubscriptionMetadata, (provider, metadata) =>
        buildSubscription(provider, metadata, all, problems),
      ),
    };
  }
}

/** The annotated class of a provider; of a value or factory that stands in for one, as in tests, the one it stands for. */
function handlerClassOf({ instance, metatype, token }: InstanceWrapper): EventClass | undefined {
  const made: unknown = typeof instance === 'object' && instance !== null ? (instance as object).constructor : metatype;
  return [made, token].find(
    (candidate): candidate is EventClass => typeof candidate === 'function' && isAnnotated(candidate),
  );
}

function isAnnotated(target: Function): boolean {
  return [
    foldProjectionMetadata,
    mapProjectionMetadata,
    reactorMetadata,
    commandHandlerMetadata,
    upcasterMetadata,
    processManagerMetadata,
    eventSubscriptionMetadata,
  ].some((metadataOf) => metadataOf(target) !== undefined);
}

/** Whether it is a fold or a subscription over all pipelines, or a reactor to such a fold. */
function isGlobal(handlerClass: EventClass): boolean {
  if (eventSubscriptionMetadata(handlerClass)?.pipeline === 'all') return true;
  const fold = reactorMetadata(handlerClass)?.fold ?? handlerClass;
  return foldProjectionMetadata(fold)?.pipeline === 'all';
}

function pipelinesOf({ host }: InstanceWrapper): PipelineOptions[] {
  return [...(host?.imports ?? [])].flatMap((module) => {
    const provider = module.providers.get(PIPELINE_OPTIONS);
    return provider ? [provider.instance as PipelineOptions] : [];
  });
}

function checkEvents(pipelines: readonly PipelineOptions[], problems: WiringProblems): void {
  const declared = pipelines.flatMap(({ pipeline, aggregateType, events, featureFlags }) => {
    if (featureFlags)
      checkFunctions(`forFeature() of '${pipeline}'`, { 'featureFlags.isOn': featureFlags.isOn }, problems);
    checkName(`forFeature() of '${pipeline}'`, 'pipeline', pipeline, problems);
    if (pipeline === GLOBAL_PIPELINE)
      problems.add(`The pipeline name '${pipeline}' is that of folds over all pipelines: choose another.`);
    checkName(`forFeature() of '${pipeline}'`, 'aggregateType', aggregateType, problems);
    return events.map((eventClass) => ({ pipeline, eventClass }));
  });
  const events = declared.flatMap(({ pipeline, eventClass }) => {
    const metadata = domainEventMetadata(eventClass);
    if (!metadata)
      problems.add(
        `The pipeline '${pipeline}' declares ${eventClass?.name}, which is no event: mark it with @DomainEvent().`,
      );
    return metadata ? [{ eventClass, ...metadata }] : [];
  });
  for (const { eventClass, type, version } of events) {
    checkName(eventClass.name, 'event type', type, problems);
    checkVersion(eventClass.name, version, problems);
  }
  const classes = [...new Map(events.map((event) => [event.eventClass, event])).values()];
  problems.addDuplicates(
    classes,
    'The event type',
    ({ type }) => type,
    ({ eventClass }) => eventClass.name,
  );
}

function checkDuplicates(
  pipelines: readonly PipelineDefinition[],
  providers: readonly HandlerProvider[],
  problems: WiringProblems,
): void {
  const projections = pipelines.flatMap(({ folds, maps }) => [...folds, ...maps]);
  const commands = pipelines.flatMap((pipeline) => pipeline.commands);
  const reactors = pipelines.flatMap((pipeline) => pipeline.reactors);
  const processes = pipelines.flatMap((pipeline) => pipeline.processes);
  const subscriptions = pipelines.flatMap((pipeline) => pipeline.subscriptions);
  const named = (what: string): string => `the pipeline '${what}'`;
  problems.addDuplicates(
    pipelines,
    'The pipeline name',
    ({ name }) => name,
    ({ aggregateType }) => `the pipeline of '${aggregateType}'`,
  );
  problems.addDuplicates(
    pipelines,
    'The aggregate type',
    ({ aggregateType }) => aggregateType,
    ({ name }) => named(name),
  );
  problems.addDuplicates(
    projections,
    'The projection name',
    ({ name }) => name,
    ({ projectionClass }) => projectionClass.name,
  );
  problems.addDuplicates(
    reactors,
    'The reactor name',
    ({ name }) => name,
    ({ handler }) => handler.name,
  );
  problems.addDuplicates(
    processes,
    'The process manager',
    ({ name }) => name,
    ({ handler }) => handler.name,
  );
  problems.addDuplicates(
    subscriptions,
    'The subscription name',
    ({ name }) => name,
    ({ handler }) => handler.name,
  );
  problems.addDuplicates(
    commands,
    'The command type',
    ({ options }) => options.type,
    ({ handler }) => handler.name,
  );
  problems.addDuplicates(
    commands,
    'The command',
    ({ commandClass }) => commandClass,
    ({ handler }) => handler.name,
  );
  problems.addDuplicates(
    providers,
    'The provider',
    ({ handlerClass }) => handlerClass,
    ({ pipeline }) => named(pipeline.pipeline),
  );
}

import type { Provider } from '@nestjs/common';
import type { FeatureFlags } from '../../feature-flags/feature-flags.js';
import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import type { PipelineOptions } from '../../pipeline/pipeline-options.js';
import type { FoldClass } from '../../projections/projection-class.js';
import { type CommandParts, commandParts } from './command-class.js';
import type { EventHandlerClass, EventHandlerSettings, EventPublisher, PublisherSettings } from './event-handler.js';
import { eventHandlerProviders, eventsOfTypes, publisherProviders } from './event-handler-providers.js';
import { foldClass, mapClass, reactorClass } from './handler-classes.js';
import type { ProjectionHandlerClass, ProjectionSettings } from '../rebuilt/projection-handler.js';
import type { CommandSettings, PipelineCommandHandlerClass } from './pipeline-command.js';
import type {
  FoldProjectionDefinition,
  FoldSettings,
  MapProjectionDefinition,
  MapSettings,
} from './projection-definitions.js';
import type { ReactorDefinition } from './reactor-definition.js';
import { rebuiltProviders } from './rebuilt-providers.js';
import { StaticPipelineDefinition } from './static-pipeline-definition.js';

interface Parts {
  readonly providers: readonly Provider[];
  readonly folds: ReadonlyMap<string, FoldClass<unknown>>;
  readonly commands: ReadonlyMap<string, CommandParts>;
  /** Of any part, with its sort, so that none is there twice. */
  readonly names: ReadonlySet<string>;
}

const NO_PARTS: Parts = { providers: [], folds: new Map(), commands: new Map(), names: new Set() };

/** What stands behind the stages of `PipelineBuilder`, which know the types. */
export class StagedBuilder {
  constructor(
    private readonly options: PipelineOptions,
    private readonly parts: Parts = NO_PARTS,
  ) {}

  withFoldProjection(
    name: string,
    definition: FoldProjectionDefinition<unknown>,
    options: FoldSettings<object> = {},
  ): StagedBuilder {
    const fold = foldClass(definition, { ...options, name });
    return this.with('projection', name, { providers: [fold], folds: new Map([[name, fold]]) });
  }

  withMapProjection(
    name: string,
    definition: MapProjectionDefinition<unknown>,
    options: MapSettings = {},
  ): StagedBuilder {
    const map = mapClass(definition, { ...options, name, events: definition.events });
    return this.with('projection', name, { providers: [map] });
  }

  withReactor(foldName: string, name: string, definition: ReactorDefinition<object, unknown>): StagedBuilder {
    const fold = this.parts.folds.get(foldName);
    if (!fold) {
      const known = [...this.parts.folds.keys()].join(', ');
      throw new InvalidArgumentError('fold', `must name a fold of the pipeline (${known}), not ${foldName}`);
    }
    const reactor = reactorClass(definition, fold, { ...definition.options, name });
    return this.with('reactor', name, { providers: [reactor] });
  }

  withCommand(
    name: string,
    handlerClass: PipelineCommandHandlerClass<object>,
    options: CommandSettings<object> = {},
  ): StagedBuilder {
    const command = commandParts(name, handlerClass, options);
    return this.with('command', name, { providers: command.providers, commands: new Map([[name, command]]) });
  }

  withEventHandler(
    name: string,
    handlerClass: EventHandlerClass<object>,
    options: EventHandlerSettings = {},
  ): StagedBuilder {
    const { eventTypes = handlerClass.getEventTypes?.(), ...settings } = options;
    const events = eventsOfTypes(this.options.events, eventTypes);
    const providers = eventHandlerProviders(name, handlerClass, events, settings);
    return this.with('reactor', name, { providers });
  }

  withProjection(
    name: string,
    handlerClass: ProjectionHandlerClass<object, unknown>,
    { eventTypes, ...settings }: ProjectionSettings<object> = {},
  ): StagedBuilder {
    const { aggregateType, events } = this.options;
    const listed = eventsOfTypes(events, eventTypes);
    const providers = rebuiltProviders(name, handlerClass, aggregateType, listed, settings);
    return this.with('projection', name, {}).with('reactor', name, { providers });
  }

  withEventPublisher(
    publisher: EventPublisher<object>,
    { name = `${this.options.pipeline}_publisher`, ...settings }: PublisherSettings = {},
  ): StagedBuilder {
    const providers = publisherProviders(name, publisher, this.options.events, settings);
    return this.with('reactor', name, { providers });
  }

  withFeatureFlagService(featureFlags: FeatureFlags): StagedBuilder {
    return new StagedBuilder({ ...this.options, featureFlags }, this.parts);
  }

  build(): StaticPipelineDefinition<unknown> {
    return new StaticPipelineDefinition(this.options, this.parts.providers, this.parts.commands);
  }

  private with(sort: string, name: string, more: Partial<Parts>): StagedBuilder {
    const { providers, folds, commands, names } = this.parts;
    const key = `${sort} ${name}`;
    if (names.has(key)) {
      throw new InvalidArgumentError('name', `must not be that of another ${sort} of the pipeline: ${name}`);
    }
    return new StagedBuilder(this.options, {
      providers: [...providers, ...(more.providers ?? [])],
      folds: new Map([...folds, ...(more.folds ?? [])]),
      commands: new Map([...commands, ...(more.commands ?? [])]),
      names: new Set([...names, key]),
    });
  }
}

import type { DynamicModule, ModuleMetadata, Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { RunOptions } from '../../commands/run-options.js';
import { EventSourcingFeatureModule } from '../../pipeline/event-sourcing-feature.module.js';
import type { CommandParts } from './command-class.js';
import { disabledPipeline } from './disabled-pipeline.js';
import { named } from './handler-classes.js';
import { payloadOf } from './payload-of.js';
import type { CommandSender, PayloadWithTenant, PipelineCommands } from './pipeline-commands.js';
import type { PipelineCalls, RegisteredPipeline } from './registered-pipeline.js';
import { RunningPipeline } from './running-pipeline.js';
import type { StaticPipelineDefinition } from './static-pipeline-definition.js';

/** Options of `EventSourcing.register()`. @publicApi */
export interface RegisterOptions {
  /** Modules that export what the handlers of the pipeline inject. */
  readonly imports?: ModuleMetadata['imports'];
  /** Further providers of its module; annotated classes, such as upcasters, belong to the pipeline. */
  readonly providers?: readonly Provider[];
}

/** Options of `EventSourcing`. @publicApi */
export interface EventSourcingSwitch {
  /**
   * Without it pipelines are disabled: their modules are empty, what is sent to them is dropped, put on record (`dropped`)
   * and logged, and their projections have nothing. To hold work instead, use feature flags. @default true
   */
  readonly enabled?: boolean;
}

/**
 * Makes modules of defined pipelines, for the application that has `EventSourcingModule.forRoot()`:
 *
 *     const traces = new EventSourcing().register(tracePipeline);
 *
 *     @Module({ imports: [CqrsModule.forRoot(), EventSourcingModule.forRoot({ … }), traces.module] })
 *     export class AppModule {}
 *
 *     await traces.commands.recordSpan.send({ tenantId: 'acme', traceId: 'trace-123', spanId: 'span-456' });
 *
 * @publicApi
 */
export class EventSourcing {
  private readonly enabled: boolean;

  constructor({ enabled = true }: EventSourcingSwitch = {}) {
    this.enabled = enabled;
  }

  /** Registers a pipeline for one application. Its wiring is checked when that boots (`WiringError`). */
  register<C>(pipeline: StaticPipelineDefinition<C>, options: RegisterOptions = {}): RegisteredPipeline<C> {
    if (!this.enabled) return disabledPipeline(pipeline);
    const name = pipeline.options.pipeline;
    const running = new RunningPipeline(name);
    return {
      name,
      module: moduleOf(pipeline, running, options),
      commands: commandsOf(pipeline.commands, running) as PipelineCommands<C>,
      get service(): PipelineCalls {
        return running.get().service;
      },
    };
  }
}

function moduleOf(
  { options, providers }: StaticPipelineDefinition<unknown>,
  running: RunningPipeline,
  more: RegisterOptions,
): DynamicModule {
  const follower = {
    provide: RunningPipeline,
    inject: [ModuleRef],
    useFactory: (moduleRef: ModuleRef) => running.follow(moduleRef),
  };
  return {
    module: named(class {}, `the pipeline ${options.pipeline}`),
    imports: [EventSourcingFeatureModule.forFeature(options), ...(more.imports ?? [])],
    providers: [...providers, follower, ...(more.providers ?? [])],
  };
}

function commandsOf(
  commands: ReadonlyMap<string, CommandParts>,
  running: RunningPipeline,
): Record<string, CommandSender<object>> {
  const sender = ({ type, commandClass: CommandClass }: CommandParts): CommandSender<object> => ({
    async send(payload: PayloadWithTenant<object>, options: RunOptions = {}) {
      const { tenantId, ...data } = payloadOf(type, payload);
      const command = new CommandClass(tenantId, data);
      return running.get().commands.run(command, { waitFor: 'queued', ...options }) as Promise<never>;
    },
  });
  return Object.fromEntries([...commands].map(([name, parts]) => [name, sender(parts)]));
}

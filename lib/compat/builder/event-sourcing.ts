import type { DynamicModule, ModuleMetadata, Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { RunOptions } from '../../commands/run-options.js';
import { EventSourcingFeatureModule } from '../../pipeline/event-sourcing-feature.module.js';
import type { PipelineService } from '../pipeline-service.js';
import type { SentCommandClass } from './command-class.js';
import { named } from './handler-classes.js';
import type { CommandSender, PayloadWithTenant, PipelineCommands } from './pipeline-commands.js';
import type { RegisteredPipeline } from './registered-pipeline.js';
import { RunningPipeline } from './running-pipeline.js';
import type { StaticPipelineDefinition } from './static-pipeline-definition.js';

/** Options of `EventSourcing.register()`. @publicApi */
export interface RegisterOptions {
  /** Modules that export what the handlers of the pipeline inject. */
  readonly imports?: ModuleMetadata['imports'];
  /** Further providers of its module; annotated classes, such as upcasters, belong to the pipeline. */
  readonly providers?: readonly Provider[];
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
  /** Registers a pipeline for one application. Its wiring is checked when that boots (`WiringError`). */
  register<C>(pipeline: StaticPipelineDefinition<C>, options: RegisterOptions = {}): RegisteredPipeline<C> {
    const name = pipeline.options.pipeline;
    const running = new RunningPipeline(name);
    return {
      name,
      module: moduleOf(pipeline, running, options),
      commands: commandsOf(pipeline.commandClasses, running) as PipelineCommands<C>,
      get service(): PipelineService {
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
  classes: ReadonlyMap<string, SentCommandClass>,
  running: RunningPipeline,
): Record<string, CommandSender<object>> {
  const sender = (CommandClass: SentCommandClass): CommandSender<object> => ({
    async send({ tenantId, ...data }: PayloadWithTenant<object>, options: RunOptions = {}) {
      const command = new CommandClass(tenantId, data);
      return running.get().commands.run(command, { waitFor: 'queued', ...options }) as Promise<never>;
    },
  });
  return Object.fromEntries([...classes].map(([name, commandClass]) => [name, sender(commandClass)]));
}

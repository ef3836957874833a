import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { Commands } from '../../commands/commands.js';
import { PipelineService } from '../pipeline-service.js';
import { PipelineInUseError } from './pipeline-in-use.error.js';
import { PipelineNotRunningError } from './pipeline-not-running.error.js';

interface Running {
  readonly commands: Commands;
  readonly service: PipelineService;
}

/** Leads from a pipeline, which is there before any application, to the one that runs it. */
export class RunningPipeline {
  private running?: Running;

  constructor(private readonly name: string) {}

  /** @throws PipelineNotRunningError */
  get(): Running {
    if (!this.running) throw new PipelineNotRunningError(this.name);
    return this.running;
  }

  /** Part of the pipeline's module: it follows the application's life. */
  follow(moduleRef: ModuleRef): OnModuleInit & OnApplicationShutdown {
    let own: Running | undefined;
    return {
      onModuleInit: () => {
        if (this.running) throw new PipelineInUseError(this.name);
        const commands = moduleRef.get(Commands, { strict: false });
        own = this.running = { commands, service: PipelineService.of(moduleRef, this.name) };
      },
      onApplicationShutdown: () => {
        if (this.running === own) this.running = undefined;
      },
    };
  }
}

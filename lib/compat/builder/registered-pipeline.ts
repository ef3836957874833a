import type { DynamicModule } from '@nestjs/common';
import type { PipelineService } from '../pipeline-service.js';
import type { DroppedWork } from './dropped-work.js';
import type { PipelineCommands } from './pipeline-commands.js';

/** What `PipelineService` does. @publicApi */
export type PipelineCalls = Pick<
  PipelineService,
  | 'storeEvents'
  | 'getEventsByType'
  | 'getProjectionByName'
  | 'hasProjectionByName'
  | 'updateProjectionByName'
  | 'retireProjection'
  | 'checkpoint'
>;

/** A pipeline that an application can import, and its commands. @typeParam C payloads by command names @publicApi */
export interface RegisteredPipeline<C> {
  readonly name: string;
  /** To be imported, once, by a module of the application. */
  readonly module: DynamicModule;
  readonly commands: PipelineCommands<C>;
  /** Stores events and gives projections by name. @throws PipelineNotRunningError before the application is there */
  readonly service: PipelineCalls;
  /** What was dropped; only a disabled pipeline has it. */
  readonly dropped?: DroppedWork;
}

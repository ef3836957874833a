import type { Provider } from '@nestjs/common';
import type { PipelineOptions } from '../../pipeline/pipeline-options.js';
import type { CommandParts } from './command-class.js';

/**
 * What `build()` gives: a pipeline without any connection, which applications register.
 *
 * @typeParam C the payloads of its commands by their names
 * @publicApi
 */
export class StaticPipelineDefinition<C> {
  /** Says `C`, which nothing else here does. */
  declare protected readonly payloads: C;

  constructor(
    /** As of `EventSourcingModule.forFeature()`. */
    readonly options: PipelineOptions,
    /** The classes of its parts, annotated as those of other pipelines. */
    readonly providers: readonly Provider[],
    /** By their names. */
    readonly commands: ReadonlyMap<string, CommandParts>,
  ) {}
}

import type { CommandDefinition } from '../commands/command-definition.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import type { MapDefinition } from '../projections/map-definition.js';
import type { ReactorDefinition } from '../reactors/reactor-definition.js';
import type { PipelineDefinition } from './pipeline-definition.js';

/** The pipelines of this process. Filled once at boot, before anything is consumed. */
export class PipelineRegistry {
  readonly pipelines: PipelineDefinition[] = [];
  /** By command type. */
  readonly commands = new Map<string, CommandDefinition>();
  /** By `name@version`. */
  readonly folds = new Map<string, FoldDefinition>();
  /** By `name@version`. */
  readonly maps = new Map<string, MapDefinition>();
  /** By name. */
  readonly reactors = new Map<string, ReactorDefinition>();
  private readonly byAggregateType = new Map<string, PipelineDefinition>();

  register(pipeline: PipelineDefinition): void {
    this.pipelines.push(pipeline);
    this.byAggregateType.set(pipeline.aggregateType, pipeline);
    for (const command of pipeline.commands) this.commands.set(command.options.type, command);
    for (const fold of pipeline.folds) this.folds.set(fold.component, fold);
    for (const map of pipeline.maps) this.maps.set(map.component, map);
    for (const reactor of pipeline.reactors) this.reactors.set(reactor.name, reactor);
  }

  ofAggregateType(aggregateType: string): PipelineDefinition | undefined {
    return this.byAggregateType.get(aggregateType);
  }

  reactorsOf(fold: FoldDefinition): readonly ReactorDefinition[] {
    return this.ofAggregateType(fold.aggregateType)?.reactors.filter((reactor) => reactor.fold === fold) ?? [];
  }
}

import type { CommandDefinition } from '../commands/command-definition.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import type { MapDefinition } from '../projections/map-definition.js';
import type { ReactorDefinition } from '../reactors/reactor-definition.js';
import type { PipelineDefinition } from './pipeline-definition.js';

/** The pipelines of this process, and their parts by name. */
export class PipelineRegistry {
  /** By command type. */
  readonly commands: ReadonlyMap<string, CommandDefinition>;
  /** By `name@version`. */
  readonly folds: ReadonlyMap<string, FoldDefinition>;
  /** By `name@version`. */
  readonly maps: ReadonlyMap<string, MapDefinition>;
  /** By name. */
  readonly reactors: ReadonlyMap<string, ReactorDefinition>;
  private readonly byAggregateType: ReadonlyMap<string, PipelineDefinition>;

  constructor(readonly pipelines: readonly PipelineDefinition[]) {
    this.byAggregateType = new Map(pipelines.map((pipeline) => [pipeline.aggregateType, pipeline]));
    this.commands = index(
      pipelines.flatMap(({ commands }) => commands),
      ({ options }) => options.type,
    );
    this.folds = index(
      pipelines.flatMap(({ folds }) => folds),
      ({ component }) => component,
    );
    this.maps = index(
      pipelines.flatMap(({ maps }) => maps),
      ({ component }) => component,
    );
    this.reactors = index(
      pipelines.flatMap(({ reactors }) => reactors),
      ({ name }) => name,
    );
  }

  ofAggregateType(aggregateType: string): PipelineDefinition | undefined {
    return this.byAggregateType.get(aggregateType);
  }

  reactorsOf(fold: FoldDefinition): readonly ReactorDefinition[] {
    return this.ofAggregateType(fold.aggregateType)?.reactors.filter((reactor) => reactor.fold === fold) ?? [];
  }
}

function index<D>(definitions: readonly D[], nameOf: (definition: D) => string): ReadonlyMap<string, D> {
  return new Map(definitions.map((definition) => [nameOf(definition), definition]));
}

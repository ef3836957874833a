import type { ListedEvents } from '../commands/check-raised.js';
import type { CommandDefinition } from '../commands/command-definition.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import type { MapDefinition } from '../projections/map-definition.js';
import type { ProcessDefinition } from '../processes/process-definition.js';
import type { ReactorDefinition } from '../reactors/reactor-definition.js';
import type { SubscriptionDefinition } from '../subscriptions/subscription-definition.js';
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
  /** By name. */
  readonly processes: ReadonlyMap<string, ProcessDefinition>;
  /** By name. */
  readonly subscriptions: ReadonlyMap<string, SubscriptionDefinition>;
  private readonly listed: ReadonlyMap<string, ListedEvents>;
  /** Those with partitions, by the component of their routes. */
  private readonly byRoute: ReadonlyMap<string, SubscriptionDefinition>;
  private readonly byFold: ReadonlyMap<FoldDefinition, readonly ReactorDefinition[]>;
  /** Folds with keys by the type of the aggregates that they take events of. */
  private readonly routed: ReadonlyMap<string, readonly FoldDefinition[]>;

  constructor(readonly pipelines: readonly PipelineDefinition[]) {
    this.listed = new Map(
      pipelines.map(({ name, aggregateType, events }) => [aggregateType, { pipeline: name, events: new Set(events) }]),
    );
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
    this.processes = index(
      pipelines.flatMap(({ processes }) => processes),
      ({ name }) => name,
    );
    this.subscriptions = index(
      pipelines.flatMap(({ subscriptions }) => subscriptions),
      ({ name }) => name,
    );
    this.byRoute = new Map(
      [...this.subscriptions.values()].flatMap((one) => (one.route ? [[one.route.component, one] as const] : [])),
    );
    this.routed = groups(
      [...this.folds.values()].flatMap((fold) => (fold.sources ?? []).map((source) => [source, fold] as const)),
    );
    this.byFold = groups([...this.reactors.values()].map((reactor) => [reactor.fold, reactor] as const));
  }

  /** The folds with keys that take events of these aggregates. */
  routedFrom(aggregateType: string): readonly FoldDefinition[] {
    return this.routed.get(aggregateType) ?? [];
  }

  /** The subscription with partitions that a route feeds. */
  subscriptionOfRoute(component: string): SubscriptionDefinition | undefined {
    return this.byRoute.get(component);
  }

  /** The events of aggregates of a type; `undefined` where no pipeline of this process has them. */
  listedFor(aggregateType: string): ListedEvents | undefined {
    return this.listed.get(aggregateType);
  }

  reactorsOf(fold: FoldDefinition): readonly ReactorDefinition[] {
    return this.byFold.get(fold) ?? [];
  }
}

function index<D>(definitions: readonly D[], nameOf: (definition: D) => string): ReadonlyMap<string, D> {
  return new Map(definitions.map((definition) => [nameOf(definition), definition]));
}

function groups<K, V>(entries: readonly (readonly [K, V])[]): ReadonlyMap<K, readonly V[]> {
  const grouped = new Map<K, V[]>();
  for (const [key, value] of entries) grouped.set(key, [...(grouped.get(key) ?? []), value]);
  return grouped;
}

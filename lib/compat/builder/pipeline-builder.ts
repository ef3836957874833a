import type { EventClass, EventOf } from '../../events/event-class.js';
import type { FeatureFlags } from '../../feature-flags/feature-flags.js';
import type { EventHandlerClass, EventHandlerSettings, EventPublisher, PublisherSettings } from './event-handler.js';
import type { ProjectionHandlerClass, ProjectionSettings } from '../rebuilt/projection-handler.js';
import type { CommandSettings, PipelineCommandHandlerClass } from './pipeline-command.js';
import type {
  FoldProjectionDefinition,
  FoldSettings,
  MapProjectionDefinition,
  MapSettings,
} from './projection-definitions.js';
import type { ReactorDefinition } from './reactor-definition.js';
import type { StaticPipelineDefinition } from './static-pipeline-definition.js';

/** A pipeline without a name. @publicApi */
export interface UnnamedPipeline {
  /** @param name unique over all pipelines */
  withName(name: string): UntypedPipeline;
}

/** A pipeline without an aggregate type. @publicApi */
export interface UntypedPipeline {
  /** @param aggregateType of the aggregates whose events the pipeline holds; unique over all pipelines */
  withAggregateType(aggregateType: string): EventlessPipeline;
}

/** A pipeline without events. @publicApi */
export interface EventlessPipeline {
  /** @param events every `@DomainEvent` class of the pipeline */
  withEvents<const C extends readonly EventClass[]>(...events: C): PipelineBuilder<EventOf<C>>;
}

/** No folds, or no commands, yet. */
export type Nothing = Record<never, never>;

/**
 * A pipeline that can be built, and have more parts. Each call gives a new builder and leaves this one as it is.
 *
 * @typeParam E its events
 * @typeParam F the states of its folds by their names
 * @typeParam C the payloads of its commands by their names
 * @publicApi
 */
export type PipelineBuilder<E extends object, F = Nothing, C = Nothing> = PipelineParts<E, F, C> &
  ([keyof F] extends [never] ? unknown : ReactorParts<E, F, C>);

/** @publicApi */
export interface PipelineParts<E extends object, F, C> {
  /**
   * @param name unique over all projections
   * @throws InvalidArgumentError for a name that the pipeline has already, as all methods here
   */
  withFoldProjection<const N extends string, S>(
    name: N,
    definition: FoldProjectionDefinition<S, E>,
    options?: FoldSettings<E>,
  ): PipelineBuilder<E, F & Record<N, S>, C>;

  /** @param name unique over all projections */
  withMapProjection<R, M extends E>(
    name: string,
    definition: MapProjectionDefinition<R, M>,
    options?: MapSettings,
  ): PipelineBuilder<E, F, C>;

  /**
   * @param name of the command in `commands.<name>.send()`
   * @param handlerClass a provider of the pipeline's module; its dependencies come from `register(pipeline, { imports })`
   */
  withCommand<const N extends string, P extends object>(
    name: N,
    handlerClass: PipelineCommandHandlerClass<P, E>,
    options?: CommandSettings<P>,
  ): PipelineBuilder<E, F, C & Record<N, P>>;

  /**
   * Side effects for each event, in the order of the aggregate, with a checkpoint: a durable reactor. An event that fails for
   * good parks the aggregate's lane, until an operator decides. What was recorded before it was first started is not handled.
   *
   * @param name unique over all reactors; `<name>_events` is unique over all projections
   * @throws InvalidArgumentError for an event type that the pipeline does not have
   */
  withEventHandler<H extends E>(
    name: string,
    handlerClass: EventHandlerClass<H>,
    options?: EventHandlerSettings,
  ): PipelineBuilder<E, F, C>;

  /**
   * A projection that is made anew of all events of an aggregate with each change of it. What it costs grows with the
   * aggregate: `withFoldProjection()` reads each event once. Read through `service`. An aggregate whose projection fails for
   * good is parked, until an operator decides.
   *
   * @param name unique over all projections and reactors; `<name>_events` is unique over all projections
   * @throws InvalidArgumentError for an event type that the pipeline does not have, or an option out of its range
   */
  withProjection<H extends E, P>(
    name: string,
    handlerClass: ProjectionHandlerClass<H, P>,
    options?: ProjectionSettings<E>,
  ): PipelineBuilder<E, F, C>;

  /** Gives every event away, such as with an `EventForwarder`, as an event handler of the name `<pipeline>_publisher`. */
  withEventPublisher(publisher: EventPublisher<E>, options?: PublisherSettings): PipelineBuilder<E, F, C>;

  /** A kill switch for the work of this pipeline; as `featureFlags` of `forFeature()`. The last one holds. */
  withFeatureFlagService(featureFlags: FeatureFlags): PipelineBuilder<E, F, C>;

  /** The definition, for `EventSourcing.register()`. */
  build(): StaticPipelineDefinition<C>;
}

/** @publicApi */
export interface ReactorParts<E extends object, F, C> {
  /**
   * @param fold a fold of this pipeline, after whose save it reacts
   * @param name unique over all reactors
   */
  withReactor<N extends keyof F & string>(
    fold: N,
    name: string,
    definition: ReactorDefinition<E, F[N]>,
  ): PipelineBuilder<E, F, C>;
}

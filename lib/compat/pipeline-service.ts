import type { INestApplicationContext } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { Consistency } from '../consistency/consistency.js';
import { consistencyToken } from '../consistency/create-consistency-token.js';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { domainEventMetadata } from '../events/domain-event.decorator.js';
import type { EventClass } from '../events/event-class.js';
import { IdGenerator } from '../events/id-generator.js';
import type { NewEvent } from '../events/new-event.js';
import type { AppendResult } from '../event-store/append-result.js';
import { EventStore } from '../event-store/event-store.js';
import type { PositionedEvent } from '../event-store/positioned-event.js';
import { checkText } from '../event-store/check-stream.js';
import type { StreamId } from '../event-store/stream-id.js';
import type { PipelineDefinition } from '../pipeline/pipeline-definition.js';
import { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import { Projections } from '../projections/projections.js';
import type { ProjectionStore } from '../projections/stores/projection-store.js';
import { cursorKey } from '../reactors/reactor-cursor.js';
import type { Storage } from '../storage/storage.js';
import { STORAGE } from '../storage/storage.token.js';
import { VersionInUseError } from '../runtime/retirement/version-in-use.error.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import { encodeKey } from '../tenancy/encode-key.js';
import { appendById } from './append-by-id.js';
import { checkEventList } from './check-event-list.js';
import { type Checkpoint, checkpointKey } from './checkpoint-key.js';
import type { EventsByTypeContext, PipelineContext, PipelineEvent } from './pipeline-event.js';
import { ProjectionNotUpdatedError } from './projection-not-updated.error.js';
import { rebuiltDefinition } from './rebuilt/rebuilt-definition.js';
import { type RebuiltId, rebuiltName, RebuiltProjection } from './rebuilt/rebuilt-projection.js';

/**
 * One pipeline of an application in the form of `pipeline.service`: events go in as plain objects, and projections are
 * asked for by name.
 *
 *     const service = PipelineService.of(app, 'trace_processing');
 *     await service.storeEvents(events, { tenantId });
 *     const summary = await service.getProjectionByName<TraceSummaryState>('trace_summary', 'trace-123', { tenantId });
 *
 * @publicApi
 */
export class PipelineService {
  private readonly classes: ReadonlyMap<string, EventClass>;

  /** Projections of `withProjection()`, by their names. */
  private readonly rebuilt: ReadonlyMap<string, RebuiltProjection>;
  private readonly log: EventStore;
  private readonly projections: Projections;
  private readonly consistency: Consistency;
  private readonly ids: IdGenerator;
  private readonly rows: ProjectionStore;

  private constructor(
    private readonly pipeline: PipelineDefinition,
    app: Pick<ModuleRef, 'get'>,
  ) {
    const from = { strict: false } as const;
    this.log = app.get(EventStore, from);
    this.projections = app.get(Projections, from);
    this.consistency = app.get(Consistency, from);
    this.ids = app.get(IdGenerator, from);
    this.rows = app.get<Storage>(STORAGE, from).projections;
    this.rebuilt = new Map(
      pipeline.folds.flatMap(({ projectionClass }) => {
        const definition = rebuiltDefinition(projectionClass);
        return definition ? [[definition.name, RebuiltProjection.of(app, definition)] as const] : [];
      }),
    );
    const declared = pipeline.events.map((eventClass) => [domainEventMetadata(eventClass)!.type, eventClass] as const);
    this.classes = new Map(declared);
  }

  /**
   * @param app an application that has been initialized, or the `ModuleRef` of one of its modules
   * @param pipeline name of the pipeline, as in `forFeature()`
   * @throws InvalidArgumentError when the application has no such pipeline
   */
  static of(app: Pick<INestApplicationContext, 'get'> | Pick<ModuleRef, 'get'>, pipeline: string): PipelineService {
    const from = { strict: false } as const;
    const found = app.get(PipelineRegistry, from).pipelines.find(({ name }) => name === pipeline);
    if (!found) throw new InvalidArgumentError('pipeline', `must name a pipeline of the application, not ${pipeline}`);
    return new PipelineService(found, app);
  }

  /**
   * Stores events, which go on to projections and reactors. Those of one aggregate are stored in the order of their
   * timestamps, behind those that are there; aggregates one after the other. An event with an id is stored by itself, and
   * once for its aggregate, whatever it comes together with; those between two with ids are stored together or not at all.
   *
   * @returns what was stored, by aggregate, or was there already; for `consistencyToken()`
   * @throws InvalidTenantError, InvalidArgumentError: nothing was stored
   * @throws what `EventStore.append` throws, such as InvalidEventError; events before that one may be stored then: where
   * all have ids, the call may be repeated
   */
  async storeEvents(events: readonly PipelineEvent[], context: PipelineContext): Promise<readonly AppendResult[]> {
    const tenantId = createTenantId(context?.tenantId);
    checkEventList(events);
    const groups = new Map<string, PipelineEvent[]>();
    for (const [index, event] of events.entries()) {
      this.check(event, `events[${index}]`, tenantId);
      groups.set(event.aggregateId, [...(groups.get(event.aggregateId) ?? []), event]);
    }
    const results: AppendResult[] = [];
    for (const [aggregateId, group] of groups) {
      const ordered = group.toSorted((one, other) => one.timestamp - other.timestamp);
      const stream = { tenantId, aggregateType: this.pipeline.aggregateType, aggregateId };
      results.push(await appendById(this.log, stream, ordered, (event) => this.draft(stream, event)));
    }
    return results;
  }

  /**
   * The events of one type of this pipeline, in the order of the log, in bounded memory; on ClickHouse without those that
   * are younger than `settleMs`.
   *
   * @throws InvalidTenantError, InvalidArgumentError, and what `EventStore.readAll` throws
   */
  getEventsByType(type: string, context: EventsByTypeContext): AsyncIterable<PositionedEvent> {
    const tenantId = createTenantId(context?.tenantId);
    this.checkType('type', type);
    const { fromTimestamp } = context;
    if (fromTimestamp !== undefined) checkTimestamp('fromTimestamp', fromTimestamp);
    return this.log.readAll({
      tenantId,
      query: { types: [type], aggregateType: this.pipeline.aggregateType },
      ...(fromTimestamp !== undefined && { since: new Date(fromTimestamp + 1) }),
    });
  }

  /** The state of an aggregate in a fold; `null` when there is none or it was deleted. @throws as `Projections.get` */
  async getProjectionByName<S>(name: string, aggregateId: string, context: PipelineContext): Promise<S | null> {
    const rebuilt = this.rebuilt.get(name);
    if (rebuilt) return (await rebuilt.get(idOf(aggregateId, context))) as S | null;
    return this.projections.get<S>(name, aggregateId, { tenantId: context?.tenantId });
  }

  /** Whether an aggregate has a state in a fold. @throws as `Projections.has` */
  async hasProjectionByName(name: string, aggregateId: string, context: PipelineContext): Promise<boolean> {
    const rebuilt = this.rebuilt.get(name);
    if (rebuilt) return (await rebuilt.get(idOf(aggregateId, context))) !== null;
    return this.projections.has(name, aggregateId, { tenantId: context?.tenantId });
  }

  /**
   * Brings one state up to the end of the log, for recovery; projections follow by themselves otherwise. A worker folds
   * what is missing, in the aggregate's lane, so that reactors hear of it and nothing counts twice.
   *
   * @param options `timeoutMs` in milliseconds; by default `commandTimeoutMs` of `forRoot()`
   * @returns the state; `null` when there is none or it was deleted
   * @throws ProjectionNotUpdatedError when it takes too long, and as `Projections.get`
   */
  async updateProjectionByName<S>(
    name: string,
    aggregateId: string,
    context: PipelineContext,
    options: { readonly timeoutMs?: number } = {},
  ): Promise<S | null> {
    const rebuilt = this.rebuilt.get(name);
    if (rebuilt) return (await rebuilt.update(idOf(aggregateId, context))) as S | null;
    const tenantId = createTenantId(context?.tenantId);
    const stream = { tenantId, aggregateType: this.pipeline.aggregateType, aggregateId };
    const lastSequence = await this.log.head(stream);
    if (lastSequence > 0) {
      const token = consistencyToken({ stream, firstSequence: lastSequence, lastSequence });
      const { status } = await this.consistency.applied(token, name, { ...options, tenantId });
      if (status === 'timed-out') throw new ProjectionNotUpdatedError(name, aggregateId);
    }
    return this.projections.get<S>(name, aggregateId, { tenantId });
  }

  /**
   * Removes the rows of an old version of a projection of `withProjection()`, of all tenants. Do it when the release that
   * has the version is gone for good; a process of it that is there all the same makes what it is asked for anew. May be
   * repeated after any failure.
   *
   * @param name of the projection, which may be gone
   * @returns how many rows there were
   * @throws InvalidArgumentError for a name or a version that is none
   * @throws VersionInUseError when it is the version of this process
   * @throws StoreUnavailableError; then some of it may be left. Repeat it
   */
  async retireProjection(name: string, version: number): Promise<number> {
    checkText('name', name);
    if (this.rebuilt.get(name)?.version === version) throw new VersionInUseError(`${name}@${version}`);
    return this.rows.drop(rebuiltName(name), version);
  }

  /**
   * How far an event handler, or a projection, has come in an aggregate. It stands beside the projections, and outlives
   * every queue.
   *
   * @throws InvalidTenantError, and InvalidArgumentError when the pipeline has no such handler or projection
   */
  async checkpoint(processorName: string, aggregateId: string, context: PipelineContext): Promise<Checkpoint> {
    const { tenantId } = idOf(aggregateId, context);
    const { name: pipelineName, aggregateType, folds, reactors } = this.pipeline;
    const key = checkpointKey({ tenantId, pipelineName, processorName, aggregateType, aggregateId });
    const rebuilt = this.rebuilt.get(processorName);
    if (rebuilt) return { key, sequence: await rebuilt.sequence({ tenantId, aggregateId }) };
    const reactor = reactors.find(({ name, options }) => name === processorName && options.durable === true);
    const fold = folds.find(({ name, sources }) => name === processorName && sources === undefined);
    if (!reactor && !fold) {
      const problem = 'must name an event handler or a projection that folds aggregates, of this pipeline';
      throw new InvalidArgumentError('processorName', `${problem}, not ${processorName}`);
    }
    const rowKey = reactor
      ? cursorKey(reactor, { tenantId, aggregateType, id: aggregateId })
      : { tenantId, projection: processorName, version: fold!.version, id: aggregateId };
    const [row] = await this.rows.load([rowKey]);
    return { key, sequence: row?.sequence ?? 0 };
  }

  private check(event: PipelineEvent, field: string, tenantId: string): void {
    if (event.tenantId !== tenantId) throw new InvalidArgumentError(`${field}.tenantId`, 'must be that of the call');
    this.checkType(`${field}.type`, event.type);
    checkTimestamp(`${field}.timestamp`, event.timestamp);
  }

  private checkType(field: string, type: string): void {
    if (this.classes.has(type)) return;
    const known = [...this.classes.keys()].join(', ');
    throw new InvalidArgumentError(field, `must be one that the pipeline declares: ${known}`);
  }

  private draft(stream: StreamId, { id, type, data, timestamp, metadata }: PipelineEvent): NewEvent {
    const seed =
      id === undefined ? undefined : encodeKey(stream.tenantId, stream.aggregateType, stream.aggregateId, id);
    return {
      data: Object.assign(Object.create(this.classes.get(type)!.prototype as object) as object, data),
      occurredAt: new Date(timestamp),
      metadata,
      ...(seed !== undefined && { id: this.ids.derive(timestamp, seed) }),
    };
  }
}

function checkTimestamp(field: string, timestamp: number): void {
  if (!Number.isSafeInteger(timestamp)) throw new InvalidArgumentError(field, 'must be milliseconds since the epoch');
}

function idOf(aggregateId: string, context: PipelineContext): RebuiltId {
  return { tenantId: createTenantId(context?.tenantId), aggregateId };
}

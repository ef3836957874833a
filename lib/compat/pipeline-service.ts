import { createHash } from 'node:crypto';
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
import type { StreamId } from '../event-store/stream-id.js';
import type { PipelineDefinition } from '../pipeline/pipeline-definition.js';
import { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import { Projections } from '../projections/projections.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import { encodeKey } from '../tenancy/encode-key.js';
import type { PipelineContext, PipelineEvent } from './pipeline-event.js';
import { ProjectionNotUpdatedError } from './projection-not-updated.error.js';

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

  private constructor(
    private readonly pipeline: PipelineDefinition,
    private readonly log: EventStore,
    private readonly projections: Projections,
    private readonly consistency: Consistency,
    private readonly ids: IdGenerator,
  ) {
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
    const [log, projections] = [app.get(EventStore, from), app.get(Projections, from)];
    return new PipelineService(found, log, projections, app.get(Consistency, from), app.get(IdGenerator, from));
  }

  /**
   * Stores events, which go on to projections and reactors. Those of one aggregate are stored together or not at all, in the
   * order of their timestamps, behind those that are there; aggregates one after the other. Where all of an aggregate's have
   * ids, a repeated call stores nothing twice.
   *
   * @returns what was stored, by aggregate; for `consistencyToken()`
   * @throws InvalidTenantError, InvalidArgumentError, InvalidEventError: nothing was stored
   * @throws what `EventStore.append` throws; some aggregates may be stored then: repeat the call
   */
  async storeEvents(events: readonly PipelineEvent[], context: PipelineContext): Promise<readonly AppendResult[]> {
    const tenantId = createTenantId(context?.tenantId);
    const groups = new Map<string, PipelineEvent[]>();
    for (const [index, event] of events.entries()) {
      this.check(event, `events[${index}]`, tenantId);
      groups.set(event.aggregateId, [...(groups.get(event.aggregateId) ?? []), event]);
    }
    const results: AppendResult[] = [];
    for (const [aggregateId, group] of groups) {
      const ordered = group.toSorted((one, other) => one.timestamp - other.timestamp);
      const stream = { tenantId, aggregateType: this.pipeline.aggregateType, aggregateId };
      const drafts = ordered.map((event) => this.draft(stream, event));
      results.push(await this.log.append(stream, drafts, { key: keyOf(ordered) }));
    }
    return results;
  }

  /** The state of an aggregate in a fold; `null` when there is none or it was deleted. @throws as `Projections.get` */
  async getProjectionByName<S>(name: string, aggregateId: string, context: PipelineContext): Promise<S | null> {
    return this.projections.get<S>(name, aggregateId, { tenantId: context?.tenantId });
  }

  /** Whether an aggregate has a state in a fold. @throws as `Projections.has` */
  async hasProjectionByName(name: string, aggregateId: string, context: PipelineContext): Promise<boolean> {
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

  private check(event: PipelineEvent, field: string, tenantId: string): void {
    if (typeof event !== 'object' || event === null) throw new InvalidArgumentError(field, 'must be an event');
    if (event.tenantId !== tenantId) throw new InvalidArgumentError(`${field}.tenantId`, 'must be that of the call');
    if (!this.classes.has(event.type)) {
      const known = [...this.classes.keys()].join(', ');
      throw new InvalidArgumentError(`${field}.type`, `must be one that the pipeline declares: ${known}`);
    }
    if (!Number.isSafeInteger(event.timestamp)) {
      throw new InvalidArgumentError(`${field}.timestamp`, 'must be milliseconds since the epoch');
    }
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

/** Names an append by the ids of its events, so that it is known when it comes again. */
function keyOf(events: readonly PipelineEvent[]): string | undefined {
  if (events.some(({ id }) => id === undefined)) return undefined;
  return createHash('sha256')
    .update(encodeKey(...events.map(({ id }) => id!)))
    .digest('base64url');
}

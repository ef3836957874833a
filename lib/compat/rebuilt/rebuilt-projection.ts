import type { ModuleRef } from '@nestjs/core';
import { EventStore } from '../../event-store/event-store.js';
import type { JsonValue } from '../../events/json-value.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import { HistoryGoneError } from '../../projections/history-gone.error.js';
import { InvalidProjectionResultError } from '../../projections/invalid-projection-result.error.js';
import { jsonProblem } from '../../projections/json-problem.js';
import type { ProjectionKey, ProjectionRow } from '../../projections/stores/projection-row.js';
import type { ProjectionStore } from '../../projections/stores/projection-store.js';
import type { Storage } from '../../storage/storage.js';
import { STORAGE } from '../../storage/storage.token.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { EventStream } from '../event-stream.js';
import type { ProjectionHandler } from './projection-handler.js';
import type { RebuiltDefinition } from './rebuilt-definition.js';
import { StreamTooLongError } from './stream-too-long.error.js';

/** Names of projections of users do not begin so. */
const PREFIX = '$rebuilt:';
/** How often a row of the same events can be made anew by hand. */
const REVISIONS = 1_048_576;

/** Under which name the rows of a projection of `withProjection()` stand. */
export function rebuiltName(name: string): string {
  return PREFIX + name;
}

/** Which aggregate is meant. */
export interface RebuiltId {
  readonly tenantId: TenantId;
  readonly aggregateId: string;
}

/**
 * A projection that is made of all events of an aggregate, each time anew.
 *
 * A row of the events up to n is what the handler made of them, and the store keeps the one with the highest sequence: so
 * it does not matter who rebuilds, nor how often, nor who is late. The sequence of a row is n, and behind it the revision,
 * which goes up where somebody asks for it to be made anew of the same events: the handler may have been mended.
 */
export class RebuiltProjection {
  constructor(
    private readonly definition: RebuiltDefinition,
    private readonly handler: ProjectionHandler<object, unknown>,
    private readonly store: EventStore,
    private readonly rows: ProjectionStore,
  ) {}

  static of(app: Pick<ModuleRef, 'get'>, definition: RebuiltDefinition): RebuiltProjection {
    const from = { strict: false } as const;
    const handler = app.get<ProjectionHandler<object, unknown>>(definition.token, from);
    const { projections } = app.get<Storage>(STORAGE, from);
    return new RebuiltProjection(definition, handler, app.get(EventStore, from), projections);
  }

  get version(): number {
    return this.definition.version;
  }

  /** Rebuilds unless the row holds the event already, as after one that was reacted to in the same moment. */
  async follow({ tenantId, aggregateId, sequence }: RecordedEvent): Promise<void> {
    if ((await this.sequence({ tenantId, aggregateId })) >= sequence) return;
    await this.rebuild({ tenantId, aggregateId });
  }

  /** As it was made last; where it never was, it is made now. */
  async get(id: RebuiltId): Promise<JsonValue> {
    const [row] = await this.rows.load([this.key(id)]);
    return row ? row.state : this.rebuild(id);
  }

  /** Makes it anew, also of events of which it was made. @throws as `rebuild` */
  async update(id: RebuiltId): Promise<JsonValue> {
    const [row] = await this.rows.load([this.key(id)]);
    return this.rebuild(id, row ?? undefined);
  }

  /** Up to which event the row is made; 0 when there is none. */
  async sequence(id: RebuiltId): Promise<number> {
    const [row] = await this.rows.load([this.key(id)]);
    return Math.floor((row?.sequence ?? 0) / REVISIONS);
  }

  /**
   * @param instead a row that is not to be kept
   * @throws StreamTooLongError, HistoryGoneError, InvalidProjectionResultError, and what the handler throws
   */
  async rebuild(id: RebuiltId, instead?: Pick<ProjectionRow, 'sequence'>): Promise<JsonValue> {
    const events = await this.events(id);
    const last = events.at(-1);
    if (!last) return null;
    const { tenantId, aggregateId } = id;
    const { name, ordering } = this.definition;
    const made = await this.handler.handle(new EventStream(aggregateId, tenantId, events, { ordering }));
    const problem = made === undefined ? 'is undefined' : jsonProblem(made);
    if (problem !== null) throw new InvalidProjectionResultError(name, last.type, `what is not JSON: ${problem}`);
    const state = made as JsonValue;
    const sequence = Math.max(last.sequence * REVISIONS, (instead?.sequence ?? -1) + 1);
    await this.rows.save([{ ...this.key(id), sequence, state, updatedAt: last.recordedAt.getTime() }]);
    return state;
  }

  private async events({ tenantId, aggregateId }: RebuiltId): Promise<readonly RecordedEvent[]> {
    const { name, aggregateType, types, maxEvents } = this.definition;
    const stream = { tenantId, aggregateType, aggregateId };
    const events: RecordedEvent[] = [];
    let isFirst = true;
    for await (const event of this.store.read(stream)) {
      // What retention has left is not all of them.
      if (isFirst && event.sequence > 1) throw new HistoryGoneError(name, { tenantId, id: aggregateId });
      isFirst = false;
      if (!types.has(event.type)) continue;
      if (events.length === maxEvents) throw new StreamTooLongError(name, aggregateId, maxEvents);
      events.push(event);
    }
    return events;
  }

  private key({ tenantId, aggregateId: id }: RebuiltId): ProjectionKey {
    const { name, version } = this.definition;
    return { tenantId, projection: rebuiltName(name), version, id };
  }
}

import { Logger } from '@nestjs/common';
import { describeError } from '../errors/describe-error.js';
import { jsonProblem } from '../events/json-problem.js';
import type { EventId } from '../events/event-id.js';
import type { JsonValue } from '../events/json-value.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { StreamId } from '../event-store/stream-id.js';
import type { ProjectionKey } from '../projections/stores/projection-row.js';
import type { ProjectionStore } from '../projections/stores/projection-store.js';
import type { AggregateModel } from './aggregate-model.js';

/** Names of projections of users do not begin so. */
const PREFIX = '$snapshots:';

/** A state with the event that it is the state after. */
export interface Snapshot {
  readonly sequence: number;
  readonly eventId: EventId;
  /** As JSON text: whoever takes it over may change what it is made into. */
  readonly json: string;
}

interface SnapshotState {
  readonly eventId: EventId;
  readonly state: JsonValue;
}

/**
 * Snapshots are monotone rows of the projection store, and prefix functions like folds: the one at sequence n is the
 * state after the events 1 to n, whoever made it. They can be thrown away at any time, and a failure with one is told to
 * the log and to nobody else.
 */
export class Snapshots {
  private readonly logger = new Logger('EventSourcing');

  constructor(private readonly projections: ProjectionStore) {}

  /** The newest one of the model's version; `undefined` when there is none, or it cannot be read. */
  async latest<M>(model: AggregateModel<M>, stream: StreamId): Promise<Snapshot | undefined> {
    if (!model.snapshot) return undefined;
    try {
      const [row] = await this.projections.load([keyOf(model, stream)]);
      const kept = row?.state as unknown as Partial<SnapshotState> | null | undefined;
      if (!row || typeof kept?.eventId !== 'string' || kept.state === undefined) return undefined;
      return { sequence: row.sequence, eventId: kept.eventId, json: JSON.stringify(kept.state) };
    } catch (error) {
      this.warn('A snapshot cannot be read', stream, error);
      return undefined;
    }
  }

  /**
   * The state as a snapshot keeps it, when one is to be kept once the events up to `after` are stored.
   *
   * @param state after these events
   * @param before the last sequence that is stored
   */
  due<M>(model: AggregateModel<M>, stream: StreamId, state: M, before: number, after: number): string | undefined {
    if (!model.snapshot) return undefined;
    const { every, when } = model.snapshot;
    try {
      const passes = Math.floor(before / every) < Math.floor(after / every);
      if (!passes && when?.(state) !== true) return undefined;
    } catch (error) {
      this.warn('The rule of a snapshot fails', stream, error);
      return undefined;
    }
    return this.encode(model, stream, state);
  }

  /** The state as a snapshot keeps it; `undefined` when it is none that could be kept. */
  encode<M>(model: AggregateModel<M>, stream: StreamId, state: M): string | undefined {
    try {
      const value = withoutUndefined(model.toSnapshot(state));
      const problem = jsonProblem(value);
      if (problem === null) return JSON.stringify(value);
      this.warn('The state of an aggregate is no JSON', stream, problem);
    } catch (error) {
      this.warn('A snapshot cannot be made', stream, error);
    }
    return undefined;
  }

  /** @param last the event that the state is the state after */
  async keep<M>(model: AggregateModel<M>, stream: StreamId, json: string, last: RecordedEvent): Promise<void> {
    const kept: SnapshotState = { eventId: last.id, state: JSON.parse(json) as JsonValue };
    try {
      const state = kept as unknown as JsonValue;
      const updatedAt = last.recordedAt.getTime();
      await this.projections.save([{ ...keyOf(model, stream), sequence: last.sequence, state, updatedAt }]);
    } catch (error) {
      this.warn('A snapshot was not kept', stream, error);
    }
  }

  /** Removes those of one version, of all tenants; returns how many there were. */
  drop<M>({ aggregateType, name }: AggregateModel<M>, version: number): Promise<number> {
    return this.projections.drop(projectionOf(aggregateType, name), version);
  }

  warn(message: string, stream: StreamId, error: unknown): void {
    this.logger.warn({ message, ...stream, error: describeError(error) });
  }
}

/** A property that is declared and not set reads back as one that is not there. */
function withoutUndefined(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).filter(([, property]) => property !== undefined));
}

function keyOf<M>({ aggregateType, name, snapshot }: AggregateModel<M>, stream: StreamId): ProjectionKey {
  const { tenantId, aggregateId: id } = stream;
  return { tenantId, projection: projectionOf(aggregateType, name), version: snapshot?.version ?? 1, id };
}

function projectionOf(aggregateType: string, name: string): string {
  return `${PREFIX}${aggregateType}:${name}`;
}

import type { JsonValue } from '../events/json-value.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { FoldDefinition } from './fold-definition.js';
import type { FoldHandler } from './fold-handler.js';
import { InvalidProjectionResultError } from './invalid-projection-result.error.js';
import { refusePromise } from './refuse-promise.js';
import type { ProjectionRow } from './stores/projection-row.js';
import { toJsonValue } from './to-json-value.js';

/** A fold's state on its way from one row to the next. */
export class FoldProgress {
  sequence: number;
  updatedAt: number;
  private state: unknown;
  private lastType = '';

  /** Begins at a row, or before the first event. The row itself stays as it is, whatever the handler does to its input. */
  constructor(
    private readonly fold: FoldDefinition,
    private readonly handler: FoldHandler<unknown>,
    row: ProjectionRow | null,
  ) {
    this.sequence = row?.sequence ?? 0;
    this.updatedAt = row?.updatedAt ?? 0;
    this.state = structuredClone(row?.state ?? null);
  }

  apply(event: RecordedEvent): void {
    const next = this.call(this.state ?? this.init(event), event);
    if (next === undefined) throw new InvalidProjectionResultError(this.fold.component, event.type, 'undefined');
    refusePromise(this.fold.component, event.type, next);
    this.state = next;
    this.lastType = event.type;
    this.sequence = event.sequence;
    this.updatedAt = event.recordedAt.getTime();
  }

  /** Counts sequences without listed events as covered. */
  cover(sequence: number): void {
    this.sequence = Math.max(this.sequence, sequence);
  }

  toState(): JsonValue {
    return toJsonValue(this.fold.component, this.lastType, this.state);
  }

  private init(event: RecordedEvent): unknown {
    const state = this.handler.init();
    refusePromise(this.fold.component, event.type, state);
    return state;
  }

  private call(state: unknown, event: RecordedEvent): unknown {
    const method = this.fold.methods.get(event.type);
    if (method === undefined) return this.handler.apply?.(state, event);
    const handler = this.handler as unknown as Record<
      string | symbol,
      (state: unknown, event: RecordedEvent) => unknown
    >;
    return handler[method]!(state, event);
  }
}

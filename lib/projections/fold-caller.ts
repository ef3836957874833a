import type { RecordedEvent } from '../events/recorded-event.js';
import type { FoldContext } from './fold-context.js';
import type { FoldDefinition } from './fold-definition.js';
import type { FoldHandler } from './fold-handler.js';
import { InvalidProjectionResultError } from './invalid-projection-result.error.js';
import { refusePromise } from './refuse-promise.js';
import type { ProjectionKey } from './stores/projection-row.js';

/** Calls the handler of a fold for one row. */
export class FoldCaller {
  private readonly context: FoldContext;

  constructor(
    protected readonly fold: FoldDefinition,
    private readonly handler: FoldHandler<unknown>,
    { id }: Pick<ProjectionKey, 'id'>,
  ) {
    this.context = Object.freeze({ foldId: id });
  }

  /** The state that `event` is the first for. */
  init(event: RecordedEvent): unknown {
    const state = this.handler.init();
    refusePromise(this.fold.component, event.type, state);
    return state;
  }

  /** @throws InvalidProjectionResultError, and whatever the handler throws */
  apply(state: unknown, event: RecordedEvent): unknown {
    const next = this.call(state, event);
    if (next === undefined) throw new InvalidProjectionResultError(this.fold.component, event.type, 'undefined');
    refusePromise(this.fold.component, event.type, next);
    return next;
  }

  private call(state: unknown, event: RecordedEvent): unknown {
    const method = this.fold.methods.get(event.type);
    if (method === undefined) return this.handler.apply?.(state, event, this.context);
    const handler = this.handler as unknown as Record<
      string | symbol,
      (state: unknown, event: RecordedEvent, context: FoldContext) => unknown
    >;
    return handler[method]!(state, event, this.context);
  }
}

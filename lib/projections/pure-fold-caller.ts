import { isDeepStrictEqual } from 'node:util';
import type { RecordedEvent } from '../events/recorded-event.js';
import { deepFreeze } from './deep-freeze.js';
import { FoldCaller } from './fold-caller.js';
import type { FoldDefinition } from './fold-definition.js';
import type { FoldHandler } from './fold-handler.js';
import { encodeState } from './fold-state.js';
import { ImpureFoldError } from './impure-fold.error.js';
import type { ProjectionKey } from './stores/projection-row.js';

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/**
 * Calls each function of a fold twice, and refuses it when that makes a difference: once with a frozen state as it came
 * out of the call before, once with that state as a store would give it back. Dear: see `projections/README.md`.
 */
export class PureFoldCaller extends FoldCaller {
  constructor(
    fold: FoldDefinition,
    handler: FoldHandler<unknown>,
    private readonly key: ProjectionKey,
  ) {
    super(fold, handler, key);
  }

  override init(event: RecordedEvent): unknown {
    const state = super.init(event);
    if (!this.isSame(event, state, super.init(event))) throw this.impure('init', 'gave two different states');
    return state;
  }

  override apply(state: unknown, event: RecordedEvent): unknown {
    const method = this.fold.methods.get(event.type) ?? 'apply';
    const given = JSON.stringify(state);
    const stored: unknown = JSON.parse(given);
    const payload = JSON.stringify(event.data);
    const sent: RecordedEvent = { ...event, data: copyOf(event.data) };
    // The frozen call names the line of a change, the other one survives it and shows it.
    const first = outcomeOf(() => super.apply(deepFreeze(state), deepFreeze(event)));
    const second = outcomeOf(() => super.apply(stored, sent));
    if (JSON.stringify(stored) !== given) throw this.impure(method, 'changed the state that it was given', first);
    if (JSON.stringify(sent.data) !== payload) throw this.impure(method, 'changed the event that it was given', first);
    if ('error' in first && 'error' in second) throw first.error;
    if ('error' in first || 'error' in second || !this.isSame(event, first.value, second.value)) {
      throw this.impure(method, 'gave two different answers for one state and one event', first);
    }
    return first.value;
  }

  /** Whether a store could not tell the two apart. @throws as encodeState() does */
  private isSame({ type }: RecordedEvent, one: unknown, other: unknown): boolean {
    const [json, otherJson] = [one, other].map((state) => encodeState(this.fold, this.key, type, state));
    // Properties that JSON leaves out may stand in another order.
    return json === otherJson || isDeepStrictEqual(JSON.parse(json!), JSON.parse(otherJson!));
  }

  private impure(method: string | symbol, problem: string, first?: Outcome): ImpureFoldError {
    const cause = first && 'error' in first ? first.error : undefined;
    return new ImpureFoldError(`${this.fold.projectionClass.name}.${String(method)}()`, problem, { cause });
  }
}

function outcomeOf(call: () => unknown): Outcome {
  try {
    return { value: call() };
  } catch (error) {
    return { error };
  }
}

function copyOf(data: object): object {
  return Object.assign(
    Object.create(Object.getPrototypeOf(data) as object | null) as object,
    structuredClone({ ...data }),
  );
}

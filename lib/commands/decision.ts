import type { AppendCondition } from '../event-store/append-options.js';
import type { AppendResult } from '../event-store/append-result.js';
import type { StreamId } from '../event-store/stream-id.js';

/**
 * Events that were decided on what was read: they are stored only while that is still so, and else the command is
 * decided again. What was read is the state of the stream (`sequence`), whatever matches a query (`condition`), or both.
 * An `EventSourcedAggregate` is one.
 *
 * @publicApi
 */
export interface Decision {
  /** The last sequence of the stream that the decision knew; 0 when it had none. @default the stream may have grown */
  readonly sequence?: number;
  /** Instances of `@DomainEvent` classes, in order; none when nothing changes. */
  readonly raised: readonly object[];
  /** What must not have happened meanwhile. Not on ClickHouse. @default nothing */
  readonly condition?: AppendCondition;
}

/** Under this key an aggregate says which one it is, so that it is not stored as another one. */
export const DECIDED_ON = Symbol.for('@event-sourcing/nestjs:decided-on');

/** Which aggregate a decision is about; one that is new has no tenant yet. */
export type DecidedOn = Partial<Pick<StreamId, 'tenantId' | 'aggregateId'>>;

export function decidedOn(decision: Decision): DecidedOn {
  return (decision as { readonly [DECIDED_ON]?: DecidedOn })[DECIDED_ON] ?? {};
}

/** Under this key an aggregate says what follows once what it raised is stored: its snapshot, where one is due. */
export const WHEN_STORED = Symbol.for('@event-sourcing/nestjs:when-stored');

/** Never rejects. */
export type WhenStored = (appended: AppendResult) => Promise<void>;

/** To be asked before the events are stored; `undefined` when nothing follows. */
export function whenStored(decision: Decision): WhenStored | undefined {
  return (decision as { readonly [WHEN_STORED]?: WhenStored })[WHEN_STORED];
}

export function isDecision(value: unknown): value is Decision {
  if (typeof value !== 'object' || value === null) return false;
  const { sequence, raised, condition } = value as Partial<Decision>;
  return Array.isArray(raised) && (typeof sequence === 'number' || condition !== undefined);
}

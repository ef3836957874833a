import type { WhenStored } from '../commands/decision.js';
import type { TenantId } from '../tenancy/tenant-id.js';

/** What the repository knows of an aggregate object. */
export interface AggregateHistory {
  /** The last sequence that the object's state holds, raised events apart. */
  sequence: number;
  /** Known once it was loaded or saved. */
  tenantId?: TenantId;
  /** Events that are applied and not stored yet. */
  raised: object[];
  /** Ends when the saves that were begun have ended. */
  saving: Promise<unknown>;
  /** What follows once all that is raised now is stored by somebody else than the repository that loaded the object. */
  whenStored?: () => WhenStored | undefined;
  /** Why the object is of no more use. */
  stale?: string;
}

const histories = new WeakMap<object, AggregateHistory>();

/** The history of an aggregate object; begun with its first use. */
export function historyOf(aggregate: object): AggregateHistory {
  const known = histories.get(aggregate);
  if (known) return known;
  const history: AggregateHistory = { sequence: 0, raised: [], saving: Promise.resolve() };
  histories.set(aggregate, history);
  return history;
}

import type { TenantId } from '../../tenancy/tenant-id.js';
import type { Taken, Verdict } from './append-batch.js';
import type { InsertOutcome, InsertPermit } from './insert-outcome.js';
import type { Lane } from './lane.js';
import type { UndispatchedStreams } from './undispatched-streams.js';

/** A lane about which nothing could be decided yet. */
export interface HeldLane {
  readonly lane: Lane;
  /** When to ask again; a rejection fails what waits in the lane. */
  readonly until: Promise<void>;
}

/** What the arbiter has decided about a batch. No sequence that it gave is given to anybody else until it is settled. */
export interface Reservation extends InsertPermit {
  readonly verdicts: readonly Verdict[];
  readonly held: readonly HeldLane[];
  /** Takes note of what became of the insert. Call it once, where there was something to insert. */
  settle(outcome: InsertOutcome): Settlement;
}

/** What follows from the outcome of an insert. */
export interface Settlement {
  /** True when nothing was stored and the appends shall be decided about anew. */
  readonly again: boolean;
  /** The lanes of the writes can be asked about again when it resolves; without it at once. */
  readonly until?: Promise<void>;
}

/** Gives sequences: knows the head of every stream and the keys of its appends, and lets one writer through. */
export interface Arbiter {
  /** Why nothing is decided any more, if so. */
  readonly problem: Error | undefined;
  readonly undispatched: UndispatchedStreams;
  /** Called once with the problem, when it arises by itself. */
  onStop(listener: (problem: Error) => void): void;
  /** A lane comes to work. Resolves when it can be asked about; undefined when that is so at once. */
  prepare(lane: Lane): Promise<void> | undefined;
  /** What was known of the stream of a lane that stands still counts no more. */
  refresh(lane: Lane): Promise<void>;
  /** A lane has come to rest. */
  rest(lane: Lane): void;
  /** Those of the keys that the log may know. */
  candidates(lane: Lane, keys: readonly string[]): readonly string[] | Promise<readonly string[]>;
  /** @throws when nothing of the batch may be stored now */
  reserve(batch: readonly Taken[]): Promise<Reservation>;
  /**
   * The epoch in which may be written now.
   *
   * @param refused an epoch that the log does not take any more
   * @throws StoreUnavailableError
   * @throws WriterFencedError when this process may write no more
   */
  epoch(refused?: string): Promise<string>;
  /**
   * Nothing that was known of a tenant counts any more, and no insert that began before can take effect any more.
   *
   * @param removeRest called, where other processes may append, while none of them can: what they had under way is in
   * the log, and nothing new has begun
   * @throws StoreUnavailableError
   */
  forget(tenantId: TenantId, removeRest: () => Promise<void>): Promise<void>;
  /** The same for the streams of an aggregate type of our own, of all tenants. */
  forgetType(aggregateType: string, removeRest: () => Promise<void>): Promise<void>;
  /**
   * Ends it, within bounds.
   *
   * @param idle true when no insert of this process is under way any more, as far as the writer knows
   */
  close(idle: boolean): Promise<void>;
}

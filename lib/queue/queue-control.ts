import type { TenantId } from '../tenancy/tenant-id.js';
import type { Job } from './job.js';
import type { Lane, LaneComponent } from './lane.js';
import type { QueueUsage } from './queue-usage.js';

/** A failed attempt of a job. @publicApi */
export interface JobFailure {
  readonly error: string;
  readonly stack?: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A lane that stands still behind a failed job. @publicApi */
export interface ParkedLane {
  readonly lane: Lane;
  readonly jobs: number;
  /** Milliseconds since the epoch. */
  readonly parkedAt: number;
  /** Failed attempts of the job at the head. */
  readonly attempts: number;
  /** The last few of them, in order. */
  readonly failures: readonly JobFailure[];
}

/**
 * A lane whose head is tried again and again: it failed, or what it needs is away, such as a store, or a worker that
 * knows the command. What waits behind it waits with it. Parked lanes are not among them.
 *
 * @publicApi
 */
export interface FailingLane {
  readonly lane: Lane;
  readonly status: 'ready' | 'waiting' | 'running' | 'held';
  readonly jobs: number;
  /** When the first failure or outage was, since a job of the lane was last acknowledged; milliseconds since the epoch. */
  readonly failingSince: number;
  /** Failed attempts of the job at the head. */
  readonly attempts: number;
  /** Batches that met an outage. They burn no attempts. */
  readonly outages: number;
  /** Milliseconds since the epoch; `undefined` when it runs, or could. */
  readonly nextAttemptAt?: number;
  /** The last few failures and outages, in order. */
  readonly failures: readonly JobFailure[];
}

/**
 * A job that was put aside. What is put aside again of a range that is read from the log has one dead letter: the first
 * one, with the last failures.
 *
 * @publicApi
 */
export interface DeadLetter {
  /** Later ones have higher ids. */
  readonly id: number;
  readonly lane: Lane;
  readonly job: Job;
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly putAsideAt: number;
  readonly failures: readonly JobFailure[];
  /** Why an operator skipped it; `undefined` when its attempts ended. */
  readonly skippedBecause?: string;
}

/** What a lane holds. @publicApi */
export interface LaneContent {
  /** `held`: it is ready, and what handles it is switched off for its tenant; see `QueueControl.switchedOff`. */
  readonly status: 'ready' | 'waiting' | 'running' | 'parked' | 'held';
  /** How many jobs it holds. */
  readonly size: number;
  /** The first of them, in order. */
  readonly jobs: readonly Job[];
  /** Failed attempts of the job at the head. */
  readonly attempts: number;
  /** Batches of it that met an outage. */
  readonly outages: number;
  readonly failures: readonly JobFailure[];
}

/** Who does something by hand, and why. Both are kept. @publicApi */
export interface OperatorNote {
  readonly by: string;
  readonly reason: string;
}

/**
 * What is paused: a component, a pipeline with all that belongs or will belong to it, a tenant, or one of the first two
 * for one tenant.
 *
 * @publicApi
 */
export interface HoldTarget {
  readonly component?: LaneComponent;
  /** Not together with `component`. */
  readonly pipeline?: string;
  readonly tenantId?: TenantId;
}

/**
 * A component that does not work for a tenant just now because its handler said so (`LaneOutcome.heldForMs`), as with a
 * feature flag. What is staged for it waits.
 *
 * @publicApi
 */
export interface SwitchedOff {
  readonly component: LaneComponent;
  readonly tenantId: TenantId;
  /** When a lane of it is handed out again, to see whether it may; milliseconds since the epoch. */
  readonly nextLookAt: number;
}

/** A record of what an operator did. @publicApi */
export interface QueueAction extends OperatorNote {
  readonly action: 'retry' | 'skip' | 'discard' | 'pause' | 'resume';
  /** The lane, the dead letter, or what was held. */
  readonly subject: Lane | HoldTarget | { readonly deadLetter: number };
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Narrows a list. @publicApi */
export interface LaneFilter {
  readonly component?: LaneComponent;
  readonly pipeline?: string;
  readonly tenantId?: TenantId;
  /** @default 100, at most 1_000 */
  readonly limit?: number;
}

/**
 * What operators do. Nothing of it loses a job without a record; each call that changes something leaves one.
 *
 * @publicApi
 */
export interface QueueControl {
  /** The lanes that have been parked longest come first. */
  parkedLanes(filter?: LaneFilter): Promise<readonly ParkedLane[]>;

  /** The lanes that have been failing longest come first. */
  failingLanes(filter?: LaneFilter): Promise<readonly FailingLane[]>;

  /** In the order in which they were put aside, component by component. */
  deadLetters(filter?: LaneFilter): Promise<readonly DeadLetter[]>;

  /** `undefined` when there is none. */
  deadLetter(id: number): Promise<DeadLetter | undefined>;

  /** `undefined` when the lane holds nothing. @param limit most jobs, at most 1_000 */
  inspect(lane: Lane, limit?: number): Promise<LaneContent | undefined>;

  /** Lets a parked or failing lane go on at once, with all its attempts; false when it is neither, or runs just now. */
  retryLane(lane: Lane, note: OperatorNote): Promise<boolean>;

  /**
   * Puts the job at the head of such a lane aside as a dead letter, and lets the lane go on; false as in `retryLane`.
   *
   * A fold finds in the log what its jobs lack, so in an application its job stays, and the one event at which it failed
   * is put on record as skipped (`Projections.skipped`), for ever and for every rebuild of this version of the fold;
   * false unless the lane is parked. Throws `UnknownComponentError` where the process does not have the fold, and
   * `SkipOvertakenError` where somebody else let the lane go on meanwhile.
   */
  skipJob(lane: Lane, note: OperatorNote): Promise<boolean>;

  /** Removes the job at the head of such a lane for good, and lets the lane go on; false as in `retryLane`. */
  discardJob(lane: Lane, note: OperatorNote): Promise<boolean>;

  /** Puts a dead letter at the end of its lane; false when there is none. */
  retryDeadLetter(id: number, note: OperatorNote): Promise<boolean>;

  /** Removes a dead letter for good; false when there is none. */
  discardDeadLetter(id: number, note: OperatorNote): Promise<boolean>;

  /** Retries the dead letters that the filter lists, in order, and returns how many there were. */
  redrive(filter: LaneFilter, note: OperatorNote): Promise<number>;

  /** Keeps work where it is, until it is resumed; what runs ends. False when it was paused already. */
  pause(target: HoldTarget, note: OperatorNote): Promise<boolean>;

  /** False when it was not paused. */
  resume(target: HoldTarget, note: OperatorNote): Promise<boolean>;

  holds(): Promise<readonly HoldTarget[]>;

  /** In the order of the next look; what is just being looked at is not among them. */
  switchedOff(filter?: LaneFilter): Promise<readonly SwitchedOff[]>;

  /** What was done by hand, the last first; the last 10_000 are kept. @param limit at most 1_000 */
  actions(limit?: number): Promise<readonly QueueAction[]>;

  usageByTenant(): Promise<ReadonlyMap<TenantId, QueueUsage>>;

  /** By kind and component, as `componentKey()` joins them. */
  usageByComponent(): Promise<ReadonlyMap<string, QueueUsage>>;

  /** The sums over the components that workers have named with their pipelines. */
  usageByPipeline(): Promise<ReadonlyMap<string, QueueUsage>>;
}

import type { TenantId } from '../tenancy/tenant-id.js';
import type { EventRoutes } from './event-routes.js';
import type { Lane, LaneComponent } from './lane.js';
import type { LaneConsumer } from './lane-consumer.js';
import type { Once } from './once.js';
import type { QueueControl } from './queue-control.js';
import type { StagedJob } from './staged-job.js';

/** How full a queue is. @publicApi */
export interface QueueDepth {
  /** Jobs accepted and not yet acknowledged, running and parked ones included. */
  readonly jobs: number;
  /** Of them, the jobs of lanes that stand still because of a failed job. */
  readonly parkedJobs: number;
  /** Of them, the delayed commands and the wake-ups of processes that wait for their time, those of parked lanes apart. */
  readonly delayedJobs: number;
  /** Batches that run now. */
  readonly running: number;
  /** Lanes that stand still because of a failed job. */
  readonly parkedLanes: number;
  /** Jobs that were put aside, and neither retried nor discarded since. */
  readonly deadLetters: number;
}

/**
 * Lanes of jobs: first in, first out within a lane, one batch at a time; lanes run in parallel, tenants in turn.
 *
 * A job stays in its lane until it is acknowledged, so every handler must bear a job delivered twice.
 *
 * @publicApi
 */
export abstract class GroupQueue {
  /** What operators do by hand. */
  abstract readonly control: QueueControl;

  /** Which components are fed with events, in all processes. */
  abstract readonly routes: EventRoutes;

  /**
   * Accepts all jobs or none. Of events beyond 1_000 jobs or 1 MB, a queue that breaks down in the middle may have taken
   * the first.
   *
   * @returns the revision of the live `routes` once the jobs were accepted; no jobs at all just ask for it
   * @throws InvalidTenantError when a lane has no legal tenant
   * @throws InvalidArgumentError when a lane's names are no legal ids, a command is not JSON, or a time is no integer from
   * 0 to 2^31 - 1
   * @throws QueueFullError when commands are among them and there is no room for more
   * @throws ClosedError when commands are among them and the queue is draining
   */
  abstract stage(jobs: readonly StagedJob[]): Promise<string>;

  /**
   * Accepts a job unless one was accepted under the same key of its tenant whose time is not over; then nothing is staged, and
   * it counts as dropped (`QueueUsage.dropped`). A queue may lose keys with its memory, or to 100_000 others of the tenant;
   * then a job is accepted that might have been dropped.
   *
   * @returns the value of what stands under the key: the given one when the job was accepted
   * @throws what `stage()` throws; InvalidArgumentError when what stands in `once` is out of its range
   */
  abstract stageOnce(job: StagedJob, once: Once): Promise<string>;

  /** Begins to work off the lanes. Called at most once. */
  abstract consume(consumer: LaneConsumer): void;

  /**
   * Takes back everything that waits for a tenant, put aside or not, with what is paused of it, the records of what was
   * done for it and the answers that are kept, and resolves when nothing of it runs any more. What is staged for the tenant until then is dropped
   * too, so it must be quiet. May be called again, and must be when it failed.
   *
   * @returns how many jobs were taken back, dead letters included
   * @throws InvalidTenantError
   */
  abstract forget(tenantId: TenantId): Promise<number>;

  /**
   * Takes back everything that waits for a component, of all tenants, put aside or not, with what is paused of it. No
   * worker may have it any more: what is staged or runs meanwhile may stay. May be called again, and must be when it
   * failed.
   *
   * @returns how many jobs were taken back, dead letters included
   * @throws InvalidArgumentError when it is none
   */
  abstract forgetComponent(component: LaneComponent): Promise<number>;

  /**
   * What a handler answered about a job, in any process; `undefined` while there is no answer, and when it is not kept
   * any more.
   *
   * @throws InvalidTenantError
   * @throws InvalidArgumentError when the id is none
   */
  abstract answer(tenantId: TenantId, id: string): Promise<string | undefined>;

  /**
   * Waits for an answer, which may be there already; `undefined` when the time is over or the queue has ended. It waits
   * on while the server of the queue is away.
   *
   * @throws InvalidTenantError
   * @throws InvalidArgumentError when the id is none
   */
  abstract awaitAnswer(tenantId: TenantId, id: string, timeoutMs: number): Promise<string | undefined>;

  /**
   * Waits until all that stands in a lane now has left it, whatever came of it: acknowledged, put aside, or taken out by an
   * operator. True at once where nothing stands there; false when the time is over or the queue has ended. What comes into
   * the lane meanwhile is not waited for. It waits on while the server of the queue is away.
   *
   * @throws InvalidTenantError
   * @throws InvalidArgumentError when the names of the lane are no legal ids
   */
  abstract awaitLane(lane: Lane, timeoutMs: number): Promise<boolean>;

  abstract depth(): Promise<QueueDepth>;

  /**
   * Names one life of the queue's memory. Another name than before says that what was staged under the old one may be
   * lost: the server was emptied, restarted or replaced. It may be told once more than that, too.
   *
   * @throws QueueUnavailableError
   */
  abstract life(): Promise<string>;

  /**
   * Accepts no more commands, but for those that come of what is being finished, finishes or hands back what was
   * accepted, and stops; bounded in time. Once: later calls wait for the same end.
   */
  abstract drain(): Promise<void>;
}

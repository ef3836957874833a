import type { Telemetry } from 'bullmq';
import type { LaneWorker } from './lane-job.js';

/** @publicApi */
export interface BullmqHostOptions {
  /** BullMQ's hooks for traces and metrics, such as `new BullMQOtel('app')` of `bullmq-otel`. */
  readonly telemetry?: Telemetry;
  /**
   * Called once with the `Worker`, before it takes its first lane, for listeners of its events: `active`, `completed`,
   * `failed` (with a `LanesFailedError`), `lockRenewalFailed`, `error` and so on. One job of it is a handful of lanes.
   * `pause()`, `resume()` and `close()` may be used; what needs BullMQ's own job records fails with
   * `UnsupportedByLanesError`.
   */
  readonly onWorker?: (worker: LaneWorker) => void;
}

import type { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import type { Lane, LaneKind } from '../queue/lane.js';
import type { LanePolicy } from '../queue/lane-policy.js';

const COMMON = { backoffMs: 200, maxBackoffMs: 30_000, timeoutMs: 60_000 };

/**
 * What holds unless a component says otherwise. A command whose attempts end gets its outcome from the executor; only
 * one that cannot even be tried comes to `whenExhausted`.
 */
const DEFAULTS: Readonly<Record<LaneKind, LanePolicy>> = {
  command: { ...COMMON, maxBatchJobs: 100, maxAttempts: 100, whenExhausted: 'dead-letter' },
  fold: { ...COMMON, maxBatchJobs: 500, maxAttempts: 10, whenExhausted: 'park' },
  map: { ...COMMON, maxBatchJobs: 500, maxAttempts: 10, whenExhausted: 'dead-letter' },
  reactor: { ...COMMON, maxBatchJobs: 1, maxAttempts: 5, whenExhausted: 'dead-letter' },
};

/** How a lane is worked off: the defaults of its kind, with what its component's decorator says. */
export function lanePolicy(lane: Lane, pipelines: PipelineRegistry): LanePolicy {
  const policy = DEFAULTS[lane.kind];
  switch (lane.kind) {
    case 'command':
      return policy;
    case 'fold':
    case 'map': {
      const definition = (lane.kind === 'fold' ? pipelines.folds : pipelines.maps).get(lane.component);
      const { maxBatchEvents = policy.maxBatchJobs, maxAttempts = policy.maxAttempts } = definition?.options ?? {};
      return { ...policy, maxBatchJobs: maxBatchEvents, maxAttempts };
    }
    case 'reactor': {
      const { maxAttempts = policy.maxAttempts, timeoutMs = policy.timeoutMs } =
        pipelines.reactors.get(lane.component)?.options ?? {};
      return { ...policy, maxAttempts, timeoutMs };
    }
  }
}

import type { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import type { LaneComponent, LaneKind } from '../queue/lane.js';
import type { LanePolicy } from '../queue/lane-policy.js';
import { DEFAULT_SUBSCRIPTION_TIMEOUT_MS } from '../subscriptions/event-subscription.decorator.js';
import type { SubscriptionDefinition } from '../subscriptions/subscription-definition.js';
import { DEFAULT_SUBSCRIPTION_ATTEMPTS } from '../subscriptions/subscription-run.js';

const COMMON = { backoffMs: 200, maxBackoffMs: 30_000, timeoutMs: 60_000 };

/** The executor of commands keeps the time and the attempts of each command itself; this is for when it hangs. */
const COMMAND_BATCH_TIMEOUT_MS = 600_000;

/** What holds unless a component says otherwise. */
const DEFAULTS: Readonly<Record<LaneKind, LanePolicy>> = {
  command: {
    ...COMMON,
    timeoutMs: COMMAND_BATCH_TIMEOUT_MS,
    maxBatchJobs: 100,
    maxAttempts: Number.POSITIVE_INFINITY,
    whenExhausted: 'dead-letter',
  },
  // They only go on to another lane.
  delay: { ...COMMON, maxBatchJobs: 100, maxAttempts: Number.POSITIVE_INFINITY, whenExhausted: 'park' },
  fold: { ...COMMON, maxBatchJobs: 500, maxAttempts: 10, whenExhausted: 'park' },
  map: { ...COMMON, maxBatchJobs: 500, maxAttempts: 10, whenExhausted: 'dead-letter' },
  route: { ...COMMON, maxBatchJobs: 500, maxAttempts: 10, whenExhausted: 'park' },
  reactor: { ...COMMON, maxBatchJobs: 1, maxAttempts: 5, whenExhausted: 'dead-letter' },
  process: { ...COMMON, maxBatchJobs: 100, maxAttempts: 10, whenExhausted: 'park' },
  // Nothing of the user's runs there, so that only a store can fail.
  outbox: { ...COMMON, maxBatchJobs: 100, maxAttempts: Number.POSITIVE_INFINITY, whenExhausted: 'park' },
  timer: { ...COMMON, maxBatchJobs: 1, maxAttempts: Number.POSITIVE_INFINITY, whenExhausted: 'park' },
  subscription: {
    ...COMMON,
    maxBatchJobs: 500,
    maxAttempts: DEFAULT_SUBSCRIPTION_ATTEMPTS,
    timeoutMs: DEFAULT_SUBSCRIPTION_TIMEOUT_MS,
    whenExhausted: 'dead-letter',
  },
};

/** Who keeps the time of each call himself, as durable reactors and subscriptions do: for all that a batch does beside. */
const CALLS_EXTRA_MS = 60_000;
/** A batch of a subscription is told together, then one by one for a time, and the last of them takes its own. */
const SUBSCRIPTION_CALLS = 3;

/** How a lane is worked off: the defaults of its kind, with what its component's decorator says. */
export function lanePolicy({ kind, component }: LaneComponent, pipelines: PipelineRegistry): LanePolicy {
  const durable = kind === 'reactor' && pipelines.reactors.get(component)?.options.durable;
  const policy = durable ? { ...DEFAULTS.reactor, maxBatchJobs: 100, whenExhausted: 'park' as const } : DEFAULTS[kind];
  const {
    maxAttempts = policy.maxAttempts,
    timeoutMs = policy.timeoutMs,
    whenExhausted = policy.whenExhausted,
  } = optionsOf(kind, component, pipelines) ?? {};
  const calls = kind === 'subscription' ? SUBSCRIPTION_CALLS : 1;
  const extraMs = durable || kind === 'subscription' ? CALLS_EXTRA_MS : 0;
  return { ...policy, maxAttempts, timeoutMs: timeoutMs * calls + extraMs, whenExhausted };
}

function optionsOf(kind: LaneKind, component: string, pipelines: PipelineRegistry): Partial<LanePolicy> | undefined {
  switch (kind) {
    case 'command':
    case 'delay':
    case 'outbox':
    case 'timer':
      return undefined;
    case 'fold':
      return pipelines.folds.get(component)?.options;
    case 'route':
      return (
        (pipelines.folds.get(component) ?? pipelines.processes.get(component))?.options ??
        attemptsOf(pipelines.subscriptionOfRoute(component))
      );
    case 'process':
      return pipelines.processes.get(component)?.options;
    case 'map':
      return pipelines.maps.get(component)?.options;
    case 'reactor':
      return pipelines.reactors.get(component)?.options;
    case 'subscription':
      return pipelines.subscriptions.get(component)?.options;
  }
}

/** Its route always parks: without an event its partitions would have another order. */
function attemptsOf(subscription: SubscriptionDefinition | undefined): Partial<LanePolicy> {
  return { maxAttempts: subscription?.options.maxAttempts };
}

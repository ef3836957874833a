import { DEFAULT_MAX_EVENT_BYTES } from '../events/event-serializer.js';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { integerProblem } from '../errors/integer-problem.js';
import { AllOn } from '../feature-flags/all-on.js';
import type { FeatureFlags } from '../feature-flags/feature-flags.js';
import { inProcessQueue } from '../queue/in-process/in-process-queue.adapter.js';
import { memory } from '../storage/memory-storage.js';
import type { EventSourcingModuleOptions } from './event-sourcing-options.js';
import type { EventSourcingSetup } from './event-sourcing-setup.js';
import { processRole } from './process-role.js';

const DEFAULT_COMMAND_TIMEOUT_MS = 10_000;
const DEFAULT_SWEEP_INTERVAL_MS = 30_000;
const DEFAULT_MAX_COMMAND_BYTES = 1_048_576;
const DEFAULT_FOLD_CACHE_BYTES = 33_554_432;
const DEFAULT_MAX_LIVE_READS = 4;
const DEFAULT_FLAG_CACHE_MS = 1_000;
const DEFAULT_FLAG_RECHECK_MS = 5_000;
const DEFAULT_FLAG_TIMEOUT_MS = 500;

/** What may be none of. */
const FROM_ZERO: ReadonlySet<string> = new Set(['foldCacheBytes', 'flagCacheMs']);

/**
 * Fills in the defaults.
 *
 * @throws InvalidArgumentError for a role that is none, feature flags that cannot be asked, and numbers outside their range
 */
export function resolveSetup(options: EventSourcingModuleOptions): EventSourcingSetup {
  const numbers = {
    commandTimeoutMs: options.commandTimeoutMs ?? DEFAULT_COMMAND_TIMEOUT_MS,
    sweepIntervalMs: options.sweepIntervalMs ?? DEFAULT_SWEEP_INTERVAL_MS,
    maxEventBytes: options.maxEventBytes ?? DEFAULT_MAX_EVENT_BYTES,
    maxCommandBytes: options.maxCommandBytes ?? DEFAULT_MAX_COMMAND_BYTES,
    foldCacheBytes: options.foldCacheBytes ?? DEFAULT_FOLD_CACHE_BYTES,
    maxLiveReads: options.maxLiveReads ?? DEFAULT_MAX_LIVE_READS,
    flagCacheMs: options.flagCacheMs ?? DEFAULT_FLAG_CACHE_MS,
    flagRecheckMs: options.flagRecheckMs ?? DEFAULT_FLAG_RECHECK_MS,
    flagTimeoutMs: options.flagTimeoutMs ?? DEFAULT_FLAG_TIMEOUT_MS,
  };
  for (const [name, value] of Object.entries(numbers)) {
    const problem = integerProblem(value, FROM_ZERO.has(name) ? 0 : 1);
    if (problem !== null) throw new InvalidArgumentError(`EventSourcingModule.forRoot().${name}`, problem);
  }
  const { featureFlags = new AllOn(), rebuilds = {} } = options;
  for (const [name, count] of Object.entries(rebuilds)) {
    const problem = integerProblem(count, 0);
    if (problem !== null) throw new InvalidArgumentError(`EventSourcingModule.forRoot().rebuilds.${name}`, problem);
  }
  if (typeof featureFlags !== 'function' && typeof (featureFlags as FeatureFlags | null)?.isOn !== 'function') {
    const problem = 'must be an object with isOn(), or the class of a provider that has it';
    throw new InvalidArgumentError('EventSourcingModule.forRoot().featureFlags', problem);
  }
  return {
    ...numbers,
    rebuilds,
    featureFlags,
    commandMiddleware: options.commandMiddleware ?? [],
    checkPurity: options.checkPurity ?? process.env.NODE_ENV !== 'production',
    role: processRole(options.role),
    storage: options.eventStore ?? memory(),
    storageNamed: options.eventStore !== undefined,
    queue: options.queue ?? inProcessQueue(),
  };
}

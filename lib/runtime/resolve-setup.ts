import { DEFAULT_MAX_EVENT_BYTES } from '../events/event-serializer.js';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { integerProblem } from '../errors/integer-problem.js';
import { inProcessQueue } from '../queue/in-process/in-process-queue.adapter.js';
import { memory } from '../storage/memory-storage.js';
import type { EventSourcingModuleOptions } from './event-sourcing-options.js';
import type { EventSourcingSetup } from './event-sourcing-setup.js';
import { processRole } from './process-role.js';

const DEFAULT_COMMAND_TIMEOUT_MS = 10_000;
const DEFAULT_SWEEP_INTERVAL_MS = 30_000;
const DEFAULT_MAX_COMMAND_BYTES = 1_048_576;
const DEFAULT_FOLD_CACHE_BYTES = 33_554_432;

/**
 * Fills in the defaults.
 *
 * @throws InvalidArgumentError for a role that is none, and for numbers outside their range
 */
export function resolveSetup(options: EventSourcingModuleOptions): EventSourcingSetup {
  const numbers = {
    commandTimeoutMs: options.commandTimeoutMs ?? DEFAULT_COMMAND_TIMEOUT_MS,
    sweepIntervalMs: options.sweepIntervalMs ?? DEFAULT_SWEEP_INTERVAL_MS,
    maxEventBytes: options.maxEventBytes ?? DEFAULT_MAX_EVENT_BYTES,
    maxCommandBytes: options.maxCommandBytes ?? DEFAULT_MAX_COMMAND_BYTES,
    foldCacheBytes: options.foldCacheBytes ?? DEFAULT_FOLD_CACHE_BYTES,
  };
  for (const [name, value] of Object.entries(numbers)) {
    const problem = integerProblem(value, name === 'foldCacheBytes' ? 0 : 1);
    if (problem !== null) throw new InvalidArgumentError(`EventSourcingModule.forRoot().${name}`, problem);
  }
  return {
    ...numbers,
    checkPurity: options.checkPurity ?? process.env.NODE_ENV !== 'production',
    role: processRole(options.role),
    storage: options.eventStore ?? memory(),
    storageNamed: options.eventStore !== undefined,
    queue: options.queue ?? inProcessQueue(),
  };
}

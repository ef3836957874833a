import { integerProblem } from '../../errors/integer-problem.js';
import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import type { RedisConnectionOptions } from '../../redis/redis-connection-options.js';
import { textProblem } from '../../tenancy/text-problem.js';
import type { BullmqHostOptions } from './hosts/bullmq/bullmq-host-options.js';

/** @publicApi */
export interface RedisQueueOptions {
  /** Where Redis is, in short: `redis://user:password@host:6379/0`. Instead of `connection`. */
  readonly url?: string;
  /** Where Redis is. */
  readonly connection?: RedisConnectionOptions;
  /** What the names of all keys begin with; for applications that share a server. @default 'es' */
  readonly prefix?: string;
  /** Name of the queue under the prefix. @default 'default' */
  readonly name?: string;
  /**
   * What runs the lanes in a process that consumes: the `Worker` of the package `bullmq` (`~6.7.0`), or loops of this
   * package alone. Order, retries and leases are the same. @default 'bullmq'
   */
  readonly host?: 'bullmq' | 'native';
  /** Of the host `bullmq`. */
  readonly bullmq?: BullmqHostOptions;
  /** Batches of folds, maps and reactors that one process runs at a time. @default 64 */
  readonly concurrency?: number;
  /** Batches of commands that one process runs at a time, beside the others. @default 64 */
  readonly commandConcurrency?: number;
  /** Share of a process's slots that one tenant may have at a time, in percent, rounded up. @default 75 */
  readonly tenantSharePercent?: number;
  /** How long a lane stays with a worker that says nothing more; milliseconds. Prolonged at a third. @default 15_000 */
  readonly leaseMs?: number;
  /**
   * Commands that may wait before further ones are refused with `QueueFullError`, those apart whose delay is not over.
   * @default 10_000
   */
  readonly maxWaitingCommands?: number;
  /**
   * Jobs of all kinds that may wait, before further commands are refused with `QueueFullError`: those of parked lanes
   * apart, and delayed commands and wake-ups of processes. Events that are stored already are always taken. @default 1_000_000
   */
  readonly maxWaitingJobs?: number;
  /** The same for the jobs of one tenant. @default 250_000 */
  readonly maxWaitingJobsPerTenant?: number;
  /**
   * Delayed commands and wake-ups of processes of one tenant that may wait for their time, before its further delayed
   * commands are refused with `QueueFullError`. What follows from the log is always taken: wake-ups, and the delayed
   * commands of processes. 0 refuses all others. @default 250_000
   */
  readonly maxDelayedJobsPerTenant?: number;
  /**
   * Bytes of one tenant's jobs in Redis, before its commands are refused with `QueueFullError`, and its events are no
   * longer carried in the queue but read from the log. @default 268_435_456
   */
  readonly maxWaitingBytesPerTenant?: number;
  /** Bytes of events that a job of a fold, map or reactor carries; more than these are read from the log. @default 4_096 */
  readonly maxInlineBytes?: number;
  /** Bytes of one job as JSON. @default 1_048_576 */
  readonly maxJobBytes?: number;
  /** Bytes of jobs on their way to Redis, before further ones are refused with `QueueFullError`. @default 67_108_864 */
  readonly maxBufferedBytes?: number;
  /**
   * Starts also on a server that may evict keys when memory is short, with a warning. Jobs may then be lost without a
   * word; what folds and maps lack of them is found in the log at the next start, or when the mark of the queue's life
   * is among what was evicted. @default false
   */
  readonly allowEviction?: boolean;
  /** How long staging is repeated while Redis is away, before it fails with `QueueUnavailableError`. @default 5_000 */
  readonly stageTimeoutMs?: number;
  /** How long the outcome of a command can be asked for; milliseconds. @default 3_600_000 */
  readonly answersKeptMs?: number;
  /** Of how many commands of a tenant at least, the last ones; older outcomes go sooner. @default 25_000 */
  readonly answersKeptPerTenant?: number;
  /** How long a stop waits for what runs before it aborts it; milliseconds. @default 10_000 */
  readonly drainTimeoutMs?: number;
}

type Plain = 'url' | 'connection' | 'prefix' | 'name' | 'host' | 'bullmq' | 'allowEviction';
type Numbers = Omit<Required<RedisQueueOptions>, Plain>;

export interface ResolvedRedisQueueOptions extends Numbers {
  /** How long events are still staged for a component after its last worker was heard of; milliseconds. */
  readonly routesKeptMs: number;
  /** How long a worker that has nothing to do waits for a mark before it looks by itself; milliseconds. */
  readonly maxMarkWaitMs: number;
  readonly connection: RedisConnectionOptions;
  readonly prefix: string;
  readonly name: string;
  readonly allowEviction: boolean;
  readonly host: 'bullmq' | 'native';
  readonly bullmq: BullmqHostOptions;
}

const DEFAULTS: Numbers = {
  concurrency: 64,
  commandConcurrency: 64,
  tenantSharePercent: 75,
  leaseMs: 15_000,
  maxWaitingCommands: 10_000,
  maxWaitingJobs: 1_000_000,
  maxWaitingJobsPerTenant: 250_000,
  maxDelayedJobsPerTenant: 250_000,
  maxWaitingBytesPerTenant: 268_435_456,
  maxInlineBytes: 4_096,
  maxJobBytes: 1_048_576,
  maxBufferedBytes: 67_108_864,
  stageTimeoutMs: 5_000,
  answersKeptMs: 3_600_000,
  answersKeptPerTenant: 25_000,
  drainTimeoutMs: 10_000,
};

/** Long enough that a server which is restarted, or a machine that sleeps, is no reason to compare with the log again. */
const ROUTES_KEPT_MS = 300_000;

/** Marks wake at once; this is for one that was lost. Never longer than a lease: lanes of dead workers are looked for too. */
const MAX_MARK_WAIT_MS = 5_000;

const HOSTS: readonly unknown[] = ['bullmq', 'native'];

/** Where it is not 1. A shorter lease is not enough for a worker to prolong its leases on a busy machine. */
const MIN_VALUES: Readonly<Record<string, number>> = { leaseMs: 100, maxDelayedJobsPerTenant: 0 };
const MAX_SHARE_PERCENT = 100;

/** @throws InvalidArgumentError */
export function resolveRedisQueueOptions(options: RedisQueueOptions): ResolvedRedisQueueOptions {
  const { url, connection, prefix = 'es', name = 'default', host = 'bullmq', bullmq = {}, ...rest } = options;
  const { allowEviction = false, ...given } = rest;
  if (url !== undefined && connection !== undefined) {
    throw new InvalidArgumentError('redisQueue.url', 'must not be given together with redisQueue.connection');
  }
  if (typeof allowEviction !== 'boolean') {
    throw new InvalidArgumentError('redisQueue.allowEviction', 'must be true or false');
  }
  checkText('prefix', prefix);
  checkText('name', name);
  if (!HOSTS.includes(host)) throw new InvalidArgumentError('redisQueue.host', `must be one of ${HOSTS.join(', ')}`);
  if (host !== 'bullmq' && options.bullmq !== undefined) {
    throw new InvalidArgumentError('redisQueue.bullmq', "must not be given unless redisQueue.host is 'bullmq'");
  }
  const numbers: Numbers = { ...DEFAULTS, ...given };
  for (const [option, value] of Object.entries(numbers)) {
    const min = MIN_VALUES[option] ?? 1;
    const max = option === 'tenantSharePercent' ? MAX_SHARE_PERCENT : undefined;
    const problem = integerProblem(value, min, max);
    if (problem !== null) throw new InvalidArgumentError(`redisQueue.${option}`, problem);
  }
  return {
    ...numbers,
    routesKeptMs: ROUTES_KEPT_MS,
    maxMarkWaitMs: MAX_MARK_WAIT_MS,
    prefix,
    name,
    host,
    bullmq,
    allowEviction,
    connection: connection ?? (url === undefined ? {} : { url }),
  };
}

function checkText(option: string, value: unknown): void {
  const problem = textProblem(value);
  if (problem !== null) throw new InvalidArgumentError(`redisQueue.${option}`, problem);
}

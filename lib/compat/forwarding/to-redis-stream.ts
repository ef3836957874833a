import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import { integerProblem } from '../../errors/integer-problem.js';
import type { ForwardTarget } from './forward-target.js';

/** A client of ioredis, or what has its `xadd`. @publicApi */
export interface ForwardRedis {
  xadd(key: string, ...parts: (string | number)[]): Promise<unknown>;
}

/** @publicApi */
export interface RedisStreamOptions {
  /**
   * About how many entries stay in the stream, 0 for all: older ones go, whether somebody has read them or not. @default 0
   */
  readonly maxLength?: number;
}

/**
 * Appends each event to a Redis stream, as an entry with the fields `id`, `type`, `tenantId`, and `event`, which is all of it as JSON.
 * An event that comes twice has two entries with one `id`.
 *
 * @param key of the stream
 * @throws InvalidArgumentError for a length out of its range
 * @publicApi
 */
export function toRedisStream(
  redis: ForwardRedis,
  key: string,
  { maxLength = 0 }: RedisStreamOptions = {},
): ForwardTarget {
  const problem = integerProblem(maxLength, 0);
  if (problem !== null) throw new InvalidArgumentError('options.maxLength', problem);
  const bound = maxLength > 0 ? ['MAXLEN', '~', maxLength] : [];
  return {
    name: `the Redis stream ${key}`,
    async forward(event) {
      const { id, type, tenantId } = event;
      const fields = { id, type, tenantId, event: JSON.stringify(event) };
      await redis.xadd(key, ...bound, '*', ...Object.entries(fields).flat());
    },
  };
}

import type { RedisConnection } from './redis-connection.js';
import { RedisUnsuitableError } from './redis-unsuitable.error.js';

/** The first version with everything that the scripts use. */
const MIN_VERSION = [6, 2] as const;

/**
 * Checks what can be seen from here: the version, that the server names its run, and that it never evicts a key.
 *
 * @param onEviction told of a server that may evict keys, which is then not refused
 * @throws RedisUnsuitableError
 */
export async function checkRedisServer(
  connection: RedisConnection,
  onEviction?: (problem: string) => void,
): Promise<void> {
  const server = await connection.info('server');
  const [, major, minor] = /redis_version:(\d+)\.(\d+)/.exec(server) ?? [];
  const [minMajor, minMinor] = MIN_VERSION;
  if (Number(major) < minMajor || (Number(major) === minMajor && Number(minor) < minMinor)) {
    throw new RedisUnsuitableError(`it is version ${major}.${minor}, and ${minMajor}.${minMinor} is the least`);
  }
  if (!/run_id:\w/.test(server)) throw new RedisUnsuitableError('INFO server names no run_id');
  const policy = /maxmemory_policy:(\S+)/.exec(await connection.info('memory'))?.[1];
  if (policy === undefined || policy === 'noeviction') return;
  const problem = `its maxmemory-policy is ${policy}, which lets it forget keys when memory is short`;
  if (!onEviction) throw new RedisUnsuitableError(`${problem}. Set maxmemory-policy noeviction`);
  onEviction(problem);
}

import { isMoved } from '../../redis/classify-redis-error.js';
import type { RedisConnection } from '../../redis/redis-connection.js';
import { RedisUnsuitableError } from '../../redis/redis-unsuitable.error.js';
import { ForeignKeyError } from './foreign-key.error.js';
import { KEY_TYPES } from './scripts/key-types.script.js';

/** The keys that every queue has; `STATE_LIBRARY` says what they hold. */
const TYPES: Readonly<Record<string, string>> = {
  state: 'hash',
  tries: 'hash',
  count: 'hash',
  'count:tenant': 'hash',
  'count:group': 'hash',
  pipelines: 'hash',
  named: 'string',
  routes: 'zset',
  'routes-revision': 'string',
  'routes-since': 'hash',
  lease: 'zset',
  due: 'zset',
  parked: 'zset',
  failing: 'zset',
  forgetting: 'zset',
  off: 'zset',
  active: 'set',
  suspected: 'set',
  holds: 'set',
  actions: 'list',
  barriers: 'hash',
  token: 'string',
  'lock-token': 'string',
  life: 'string',
  turns: 'string',
  'last-dead': 'string',
  'dead-from-log': 'hash',
};

/**
 * @throws ForeignKeyError when another application uses the keys of the queue
 * @throws RedisUnsuitableError when the server is part of a Redis Cluster and another part of it has the keys
 */
export async function checkQueueKeys(connection: RedisConnection, prefix: string): Promise<void> {
  const names = Object.keys(TYPES);
  const found = (await connection.run(KEY_TYPES, [prefix], names).catch((error: unknown) => {
    if (isMoved(error)) throw new RedisUnsuitableError(`the keys of the queue are on another node (${error.message})`);
    throw error;
  })) as string[];
  const foreign = names.find((name, index) => found[index] !== 'none' && found[index] !== TYPES[name]);
  if (foreign !== undefined) throw new ForeignKeyError(`${prefix}${foreign} is no ${TYPES[foreign]}`);
}

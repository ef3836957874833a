import type { Redis } from 'ioredis';
import { ClosedError } from '../errors/closed.error.js';
import { isNoScript } from './classify-redis-error.js';
import { createClient } from './create-client.js';
import {
  resolveRedisOptions,
  type RedisConnectionOptions,
  type ResolvedRedisOptions,
} from './redis-connection-options.js';
import type { RedisScript } from './redis-script.js';
import { RedisUnreachableError } from './redis-unreachable.error.js';

/**
 * The one way to Redis, for work whose outcome matters: nothing is sent twice unless the caller does it, and nothing
 * waits unseen. Errors of the client pass through as they are; `classifyRedisError` says what they mean.
 *
 * `connecting` → `ready` → (the connection broke) `connecting` …, or → `closed`. Commands that were under way when it
 * broke fail at once; later ones wait for the next connection, within `reconnectWaitMs`.
 */
export class RedisConnection {
  private lastError?: Error;
  private readying?: Promise<void>;
  private closed = false;

  private constructor(
    private readonly redis: Redis,
    private readonly options: ResolvedRedisOptions,
  ) {
    // Without a listener the client prints every error; commands fail by themselves.
    redis.on('error', (error: Error) => (this.lastError = error));
  }

  /**
   * Loads the client and connects.
   *
   * @throws MissingPackageError when `ioredis` is not installed
   * @throws InvalidArgumentError
   * @throws RedisUnreachableError
   */
  static async open(options: RedisConnectionOptions, purpose = 'The Redis connection'): Promise<RedisConnection> {
    const resolved = resolveRedisOptions(options);
    const redis = await createClient(resolved, purpose, {
      commandTimeout: resolved.commandTimeoutMs,
      // What broke off in the middle fails at once, and only the caller knows whether a repeat is safe.
      autoResendUnfulfilledCommands: false,
      // `listen` subscribes again by itself, to know when.
      autoResubscribe: false,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
    });
    const connection = new RedisConnection(redis, resolved);
    // The client's own bound ends when the socket is there. It then waits for as long as a server loads what it saved.
    const timer = setTimeout(() => redis.disconnect(), resolved.connectTimeoutMs);
    try {
      await redis.connect();
    } catch (cause) {
      connection.close();
      const reason = connection.lastError ?? cause;
      throw new RedisUnreachableError(reason instanceof Error ? reason.message : String(reason), { cause: reason });
    } finally {
      clearTimeout(timer);
    }
    return connection;
  }

  /** Runs a script by its hash, or in full where the server does not know it. */
  async run(script: RedisScript, keys: readonly string[], args: readonly (string | number)[] = []): Promise<unknown> {
    await this.ready();
    const rest = [keys.length, ...keys, ...args] as const;
    try {
      return await this.redis.evalsha(script.sha1, ...rest);
    } catch (error) {
      if (!isNoScript(error)) throw error;
      return this.redis.eval(script.lua, ...rest);
    }
  }

  /** What the server says about itself. */
  async info(section: 'server' | 'memory'): Promise<string> {
    await this.ready();
    return this.redis.info(section);
  }

  /**
   * Waits until one of some sorted sets has a member, takes its lowest one, and returns the set's key; `undefined` when
   * the time is over. It stands in the way of all that comes after it, so it needs a connection of its own, whose
   * `commandTimeoutMs` is the longer time.
   */
  async blockingPop(keys: readonly string[], timeoutMs: number): Promise<string | undefined> {
    await this.ready();
    const popped = await this.redis.bzpopmin(...keys, timeoutMs / 1_000);
    return popped?.[0];
  }

  /**
   * Hears some channels from now on, also after the connection broke and is there again. It needs a connection of its own,
   * which can do nothing else then.
   *
   * @param onListening called whenever it begins to hear: what was said before was missed
   * @param onRefused called when the server does not let it hear
   */
  listen(
    channels: readonly string[],
    onMessage: (channel: string, message: string) => void,
    onListening: () => void,
    onRefused: (error: unknown) => void,
  ): void {
    const subscribe = (): void => void this.redis.subscribe(...channels).then(onListening, onRefused);
    this.redis.on('message', onMessage);
    this.redis.on('ready', subscribe);
    if (this.redis.status === 'ready') subscribe();
  }

  /** Tells whoever hears a channel. */
  async publish(channel: string, message: string): Promise<void> {
    await this.ready();
    await this.redis.publish(channel, message);
  }

  async ping(): Promise<void> {
    await this.ready();
    await this.redis.ping();
  }

  /** Gives up what is under way, and the connection. */
  close(): void {
    this.closed = true;
    this.redis.disconnect();
  }

  private async ready(): Promise<void> {
    if (this.closed) throw new ClosedError('The Redis connection');
    if (this.redis.status === 'ready') return;
    // One wait for all, so that it does not matter how many come.
    this.readying ??= this.untilReady().finally(() => (this.readying = undefined));
    await this.readying;
  }

  private untilReady(): Promise<void> {
    const { reconnectWaitMs } = this.options;
    return new Promise<void>((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.redis.off('ready', done);
        const reason = this.lastError?.message ?? `none within ${reconnectWaitMs} ms`;
        reject(new RedisUnreachableError(reason, { cause: this.lastError }));
      }, reconnectWaitMs);
      this.redis.once('ready', done);
    });
  }
}

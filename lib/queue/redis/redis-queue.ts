import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Clock } from '../../clock/clock.js';
import { ClosedError } from '../../errors/closed.error.js';
import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import { describeError } from '../../errors/describe-error.js';
import { RedisConnection } from '../../redis/redis-connection.js';
import type { RedisConnectionOptions } from '../../redis/redis-connection-options.js';
import { createTenantId } from '../../tenancy/create-tenant-id.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { checkStagedJobs } from '../check-staged-jobs.js';
import { GroupQueue, type QueueDepth } from '../group-queue.js';
import type { LaneConsumer } from '../lane-consumer.js';
import type { StagedJob } from '../staged-job.js';
import { type LaneEntries, MAX_JOBS_A_STEP, toLaneEntries } from './lane-entries.js';
import { checkQueueKeys } from './check-queue-keys.js';
import { checkQueueServer } from './check-queue-server.js';
import { LaneHost } from './lane-host.js';
import { shardPrefix } from './lane-keys.js';
import { RedisAnswers } from './redis-answers.js';
import { RedisLaneEngine } from './redis-lane-engine.js';
import type { ResolvedRedisQueueOptions } from './redis-queue-options.js';
import { RedisQueueControl } from './redis-queue-control.js';
import { StageBuffer } from './stage-buffer.js';
import { TenantRemoval } from './tenant-removal.js';

/** Longer than the longest wait for a mark, after which the server answers by itself. */
const MARK_TIMEOUT_MS = 15_000;
const HOST_RETRY_MS = 1_000;

/**
 * Lanes in Redis, shared by all processes. This one stages, and works off lanes once it consumes.
 *
 * A lane goes through these states, each step one script:
 *
 *     idle ──stage──▶ ready ──exchange: leased──▶ leased ──nothing left──▶ idle
 *       │               ▲                           │ ├──more, or half of the batch next time──▶ ready
 *       └─stage later─▶ waiting ◀──failed, backoff──┘ ├──lease over: its worker died──▶ ready as a suspect, runs alone
 *                       └──exchange: time is up──▶ ready └──for good──▶ parked, or the head is put aside and: ready
 *
 * An entry leaves its lane by acknowledgement under the lease's token, to the dead letters, or when its tenant is
 * forgotten. Draining ends when what runs here has ended and nobody here waits for an answer, or its time is over; all
 * else stays for other workers.
 */
export class RedisQueue extends GroupQueue {
  readonly control: RedisQueueControl;
  private readonly logger = new Logger(GroupQueue.name);
  private readonly prefix: string;
  private readonly engine: RedisLaneEngine;
  private readonly buffer: StageBuffer;
  private readonly answers: RedisAnswers;
  private readonly insideBatch = new AsyncLocalStorage<true>();
  private host: LaneHost | undefined;
  private hosting: Promise<void> | undefined;
  private drained: Promise<void> | undefined;
  private lastDepth: QueueDepth | undefined;

  constructor(
    private readonly connection: RedisConnection,
    private readonly openMarks: () => Promise<RedisConnection>,
    openListener: () => Promise<RedisConnection>,
    private readonly options: ResolvedRedisQueueOptions,
    private readonly clock: Clock,
  ) {
    super();
    this.prefix = shardPrefix(options.prefix, options.name, 0);
    this.engine = new RedisLaneEngine(connection, this.prefix, options.leaseMs, options);
    this.buffer = new StageBuffer(this.engine, options);
    this.answers = new RedisAnswers(connection, openListener, this.prefix, clock);
    this.control = new RedisQueueControl(connection, this.prefix);
  }

  static async open(options: ResolvedRedisQueueOptions, clock: Clock): Promise<RedisQueue> {
    const purpose = 'The Redis queue';
    const connection = await RedisConnection.open(options.connection, purpose);
    try {
      await checkQueueServer(connection);
      await checkQueueKeys(connection, shardPrefix(options.prefix, options.name, 0));
    } catch (error) {
      connection.close();
      throw error;
    }
    const marks = { ...options.connection, commandTimeoutMs: MARK_TIMEOUT_MS };
    const open = (more: RedisConnectionOptions) => () => RedisConnection.open(more, purpose);
    return new RedisQueue(connection, open(marks), open(options.connection), options, clock);
  }

  async stage(staged: readonly StagedJob[]): Promise<void> {
    checkStagedJobs(staged);
    if (staged.length === 0) return;
    let commands = 0;
    for (const { lane } of staged) if (lane.kind === 'command') commands += 1;
    // What is being finished may lead to further commands.
    if (commands > 0 && this.drained && !this.insideBatch.getStore()) throw new ClosedError('The queue');
    if (commands > 0 && staged.length > MAX_JOBS_A_STEP) {
      throw new InvalidArgumentError('jobs', `must not be more than ${MAX_JOBS_A_STEP} with commands among them`);
    }
    if (staged.length <= MAX_JOBS_A_STEP)
      return this.buffer.add({ commands, lanes: toLaneEntries(staged, this.options) });
    // All are encoded before the first is sent, so that none is taken when one is refused.
    const parts: LaneEntries[][] = [];
    for (let from = 0; from < staged.length; from += MAX_JOBS_A_STEP) {
      parts.push(toLaneEntries(staged.slice(from, from + MAX_JOBS_A_STEP), this.options));
    }
    for (const lanes of parts) await this.buffer.add({ commands, lanes });
  }

  consume(consumer: LaneConsumer): void {
    this.hosting = this.beginHosting(consumer);
  }

  async forget(tenantId: TenantId): Promise<number> {
    const removal = new TenantRemoval(this.connection, this.prefix, createTenantId(tenantId));
    return removal.run(() => this.control.groupsWithDeadLetters());
  }

  answer(tenantId: TenantId, id: string): Promise<string | undefined> {
    return this.answers.read(tenantId, id);
  }

  awaitAnswer(tenantId: TenantId, id: string, timeoutMs: number): Promise<string | undefined> {
    return this.answers.wait(tenantId, id, timeoutMs);
  }

  async depth(): Promise<QueueDepth> {
    return this.lastDepth ?? this.engine.depth();
  }

  drain(): Promise<void> {
    this.drained ??= this.finish();
    return this.drained;
  }

  /** Never rejects: while the server is away, it tries again. */
  private async beginHosting(consumer: LaneConsumer): Promise<void> {
    while (!this.drained) {
      try {
        const marks = await this.openMarks();
        if (this.drained) return marks.close();
        const options = { ...this.options, prefix: this.prefix };
        const inside = (run: () => Promise<void>): Promise<void> => this.insideBatch.run(true, run);
        const ahead = (lanes: readonly LaneEntries[]): Promise<void> => this.buffer.add({ commands: 0, lanes });
        this.host = new LaneHost(this.engine, marks, consumer, options, this.clock, inside, ahead);
        return;
      } catch (error) {
        this.logger.warn({ message: 'The queue cannot be consumed yet', error: describeError(error) });
        await delay(HOST_RETRY_MS);
      }
    }
  }

  private async finish(): Promise<void> {
    try {
      await this.hosting;
      const { drainTimeoutMs } = this.options;
      // Other processes may answer meanwhile.
      await Promise.all([this.host?.drain(drainTimeoutMs), this.answers.quiet(drainTimeoutMs)]);
      await this.buffer.close();
      this.lastDepth = await this.engine.depth();
    } catch (error) {
      this.logger.warn({ message: 'The queue did not answer at its end', error: describeError(error) });
    } finally {
      this.answers.end();
      this.connection.close();
    }
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Clock } from '../../clock/clock.js';
import { ClosedError } from '../../errors/closed.error.js';
import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import { describeError } from '../../errors/describe-error.js';
import { RedisConnection } from '../../redis/redis-connection.js';
import type { RedisConnectionOptions } from '../../redis/redis-connection-options.js';
import { ambientFrame } from '../../tenancy/ambient-frame.js';
import { createTenantId } from '../../tenancy/create-tenant-id.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { checkComponent } from '../check-component.js';
import { checkLane } from '../check-lane.js';
import { checkOnce } from '../check-once.js';
import { checkStagedJobs } from '../check-staged-jobs.js';
import { GroupQueue, type QueueDepth } from '../group-queue.js';
import { componentKey, holdsCommands, type Lane, type LaneComponent, laneKey } from '../lane.js';
import type { LaneConsumer } from '../lane-consumer.js';
import type { Once } from '../once.js';
import type { StagedJob } from '../staged-job.js';
import { checkQueueKeys } from './check-queue-keys.js';
import { type LaneEntries, MAX_BYTES_A_STEP, MAX_JOBS_A_STEP, toSteps } from './lane-entries.js';
import { checkQueueServer } from './check-queue-server.js';
import { BullmqHost } from './hosts/bullmq/bullmq-host.js';
import { type Bullmq, loadBullmq } from './hosts/bullmq/load-bullmq.js';
import type { InsideBatch, LaneHost } from './hosts/lane-host.js';
import { NativeHost } from './hosts/native-host.js';
import { shardPrefix } from './lane-keys.js';
import { LaneRun } from './lane-run.js';
import { LaneSource } from './lane-source.js';
import { QueueListener } from './queue-listener.js';
import { RedisAnswers } from './redis-answers.js';
import { RedisBarriers } from './redis-barriers.js';
import { type Claim, RedisLaneEngine } from './redis-lane-engine.js';
import type { ResolvedRedisQueueOptions } from './redis-queue-options.js';
import { RedisEventRoutes } from './redis-event-routes.js';
import { RedisQueueControl } from './redis-queue-control.js';
import { StageBuffer } from './stage-buffer.js';
import { ComponentRemoval } from './component-removal.js';
import { TenantRemoval } from './tenant-removal.js';

/** The server answers by itself at the end of a wait for a mark; this much later it is taken for away. */
const MARK_GRACE_MS = 10_000;
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
  readonly routes: RedisEventRoutes;
  private readonly logger = new Logger(GroupQueue.name);
  private readonly prefix: string;
  private readonly engine: RedisLaneEngine;
  private readonly buffer: StageBuffer;
  private readonly listener: QueueListener;
  private readonly answers: RedisAnswers;
  private readonly barriers: RedisBarriers;
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
    this.listener = new QueueListener(openListener);
    this.answers = new RedisAnswers(connection, this.listener, this.prefix, clock);
    this.barriers = new RedisBarriers(connection, this.listener, this.prefix, clock);
    this.control = new RedisQueueControl(connection, this.prefix);
    this.routes = new RedisEventRoutes(connection, this.prefix, options.routesKeptMs, clock);
  }

  static async open(options: ResolvedRedisQueueOptions, clock: Clock): Promise<RedisQueue> {
    const purpose = 'The Redis queue';
    const connection = await RedisConnection.open(options.connection, purpose);
    try {
      await checkQueueServer(connection, options);
      await checkQueueKeys(connection, shardPrefix(options.prefix, options.name, 0));
    } catch (error) {
      connection.close();
      throw error;
    }
    const marks = { ...options.connection, commandTimeoutMs: options.maxMarkWaitMs + MARK_GRACE_MS };
    const open = (more: RedisConnectionOptions) => () => RedisConnection.open(more, purpose);
    return new RedisQueue(connection, open(marks), open(options.connection), options, clock);
  }

  async stage(staged: readonly StagedJob[]): Promise<string> {
    checkStagedJobs(staged);
    if (staged.length === 0) return (await this.buffer.add({ commands: 0, lanes: [] })).revision;
    const commands = this.commandsAmong(staged);
    // All are encoded before the first is sent, so that none is taken when one is refused.
    const steps = toSteps(staged, this.options);
    if (commands > 0 && steps.length > 1) {
      const bounds = `${MAX_JOBS_A_STEP} jobs or ${MAX_BYTES_A_STEP} bytes`;
      throw new InvalidArgumentError('jobs', `must not be more than ${bounds} with commands among them`);
    }
    let revision = '';
    for (const lanes of steps) ({ revision } = await this.buffer.add({ commands, lanes }));
    return revision;
  }

  async stageOnce(staged: StagedJob, once: Once): Promise<string> {
    checkStagedJobs([staged]);
    checkOnce(once);
    const commands = this.commandsAmong([staged]);
    const [lanes] = toSteps([staged], this.options);
    const { first } = await this.buffer.add({ commands, lanes: lanes!, once });
    return first ?? once.value;
  }

  /** @throws MissingPackageError when the host needs a package that is not installed */
  consume(consumer: LaneConsumer): void {
    const bullmq = this.options.host === 'bullmq' ? loadBullmq() : undefined;
    this.hosting = this.beginHosting(consumer, bullmq);
  }

  async forget(tenantId: TenantId): Promise<number> {
    const removal = new TenantRemoval(this.connection, this.prefix, createTenantId(tenantId));
    return removal.run(() => this.control.groupsWithDeadLetters());
  }

  async forgetComponent(component: LaneComponent): Promise<number> {
    return new ComponentRemoval(this.connection, this.prefix, checkComponent(component)).run();
  }

  answer(tenantId: TenantId, id: string): Promise<string | undefined> {
    return this.answers.read(tenantId, id);
  }

  awaitAnswer(tenantId: TenantId, id: string, timeoutMs: number): Promise<string | undefined> {
    return this.answers.wait(tenantId, id, timeoutMs);
  }

  async awaitLane(lane: Lane, timeoutMs: number): Promise<boolean> {
    return this.barriers.wait(laneKey(checkLane(lane)), timeoutMs);
  }

  async depth(): Promise<QueueDepth> {
    return this.lastDepth ?? this.engine.depth();
  }

  life(): Promise<string> {
    return this.engine.life();
  }

  drain(): Promise<void> {
    this.drained ??= this.finish();
    return this.drained;
  }

  /** @throws ClosedError when there are some, and none are accepted any more */
  private commandsAmong(staged: readonly StagedJob[]): number {
    let commands = 0;
    for (const { lane } of staged) if (holdsCommands(lane)) commands += 1;
    // What is being finished may lead to further commands.
    if (commands > 0 && this.drained && ambientFrame.getStore()?.batchOf !== this) throw new ClosedError('The queue');
    return commands;
  }

  /** Never rejects: while the server is away, it tries again. */
  private async beginHosting(consumer: LaneConsumer, bullmq: Bullmq | undefined): Promise<void> {
    while (!this.drained) {
      try {
        const marks = await this.openMarks();
        if (this.drained) return marks.close();
        const source = this.sourceFor(consumer, marks);
        const inside: InsideBatch = (run) => ambientFrame.run({ ...ambientFrame.getStore(), batchOf: this }, run);
        this.host = bullmq ? new BullmqHost(bullmq, source, inside, this.options) : new NativeHost(source, inside);
        return;
      } catch (error) {
        this.logger.warn({ message: 'The queue cannot be consumed yet', error: describeError(error) });
        await delay(HOST_RETRY_MS);
      }
    }
  }

  private sourceFor(consumer: LaneConsumer, marks: RedisConnection): LaneSource {
    const { engine, clock, prefix } = this;
    const ahead = (lanes: readonly LaneEntries[]): Promise<string> =>
      this.buffer.add({ commands: 0, lanes }).then(({ revision }) => revision);
    const toRun = (claim: Claim): LaneRun => new LaneRun(claim, consumer, this.options, ahead, clock);
    const groups = consumer.components.map(
      (one) => [componentKey(one), consumer.policy(one).maxBatchJobs, one.pipeline] as const,
    );
    return new LaneSource(engine, marks, groups, toRun, { ...this.options, prefix }, clock);
  }

  private async finish(): Promise<void> {
    try {
      await this.hosting;
      const { drainTimeoutMs } = this.options;
      // Other processes may answer meanwhile.
      await Promise.all([
        this.host?.drain(drainTimeoutMs),
        this.answers.quiet(drainTimeoutMs),
        this.barriers.quiet(drainTimeoutMs),
        this.routes.end(),
      ]);
      await this.buffer.close();
      this.lastDepth = await this.engine.depth();
    } catch (error) {
      this.logger.warn({ message: 'The queue did not answer at its end', error: describeError(error) });
    } finally {
      this.answers.end();
      this.barriers.end();
      this.listener.close();
      this.connection.close();
    }
  }
}

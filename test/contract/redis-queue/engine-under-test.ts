import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Lane } from '../../../lib/queue/lane.js';
import { componentKey, holdsCommands, laneKey } from '../../../lib/queue/lane.js';
import { type LaneEntries, toSteps } from '../../../lib/queue/redis/lane-entries.js';
import { shardPrefix } from '../../../lib/queue/redis/lane-keys.js';
import {
  type BatchEnd,
  type Claim,
  RedisLaneEngine,
  type Turn,
  type TurnAnswer,
} from '../../../lib/queue/redis/redis-lane-engine.js';
import type { Once } from '../../../lib/queue/once.js';
import type { StagedJob } from '../../../lib/queue/staged-job.js';
import { untruths } from '../../support/queue-truth.js';
import type { TestRedis } from '../../support/redis-server.js';
import { COMPONENTS } from '../../../lib/testing/contract/group-queue/group-queue-cases.js';

export const BOUNDS = { maxInlineBytes: 4_096, maxJobBytes: 1_048_576 };

export const UNLIMITED = {
  maxWaitingCommands: 1_000_000,
  maxWaitingJobs: 1_000_000,
  maxWaitingJobsPerTenant: 1_000_000,
  maxDelayedJobsPerTenant: 1_000_000,
  maxWaitingBytesPerTenant: 1_000_000_000,
  answersKeptMs: 60_000,
  answersKeptPerTenant: 1_000,
};

/** Jobs as a script takes them, which must be no more than it can. */
export function entriesOf(...jobs: readonly StagedJob[]): readonly LaneEntries[] {
  const [step = [], ...others] = toSteps(jobs, BOUNDS);
  expect(others).toEqual([]);
  return step;
}

const NOTHING: Turn = {
  ends: [],
  renewals: [],
  commands: { lanes: 0, perTenant: 100 },
  others: { lanes: 0, perTenant: 100 },
  maySuspect: true,
  busy: [],
  groups: COMPONENTS.map((one) => [componentKey(one), 10] as const),
  wake: [],
};

const PATIENT_LEASE_MS = 30_000;

/** The engine by itself, as a worker that says exactly what a test wants it to say. */
export class EngineUnderTest {
  private readonly producer = randomUUID();
  private flushes = 0;

  private constructor(
    readonly redis: TestRedis,
    readonly prefix: string,
    readonly engine: RedisLaneEngine,
    private readonly patient: RedisLaneEngine,
    private readonly leaseMs: number,
  ) {}

  static async open(redis: TestRedis, leaseMs = PATIENT_LEASE_MS, limits = UNLIMITED): Promise<EngineUnderTest> {
    const prefix = shardPrefix('es', randomUUID(), 0);
    const connection = await redis.connect();
    const engine = new RedisLaneEngine(connection, prefix, leaseMs, limits);
    const patient = new RedisLaneEngine(connection, prefix, PATIENT_LEASE_MS, limits);
    return new EngineUnderTest(redis, prefix, engine, patient, leaseMs);
  }

  /** The same lanes after all leases are over, for a worker whose own last longer than any test. */
  async afterLeases(): Promise<EngineUnderTest> {
    await delay(this.leaseMs * 2);
    const { redis, prefix, patient } = this;
    return new EngineUnderTest(redis, prefix, patient, patient, PATIENT_LEASE_MS);
  }

  async stage(...jobs: readonly StagedJob[]): Promise<readonly string[]> {
    this.flushes += 1;
    return this.flush(this.flushes, jobs);
  }

  /** As a flush of its own. */
  async stageOnce(job: StagedJob, once: Once): Promise<string> {
    this.flushes += 1;
    const calls = [{ commands: 0, lanes: entriesOf(job), once }];
    const flush = { producer: this.producer, number: this.flushes, oldest: this.flushes, calls };
    const [first] = (await this.engine.stage(flush)).calls;
    // Sent again, it is answered as before.
    expect((await this.engine.stage(flush)).calls).toEqual([first]);
    return first!;
  }

  /** @param oldest the first flush without answer */
  async flush(number: number, jobs: readonly StagedJob[], oldest = number): Promise<readonly string[]> {
    const commands = jobs.filter(({ lane }) => holdsCommands(lane)).length;
    const calls = [{ commands, lanes: entriesOf(...jobs) }];
    return (await this.engine.stage({ producer: this.producer, number, oldest, calls })).calls;
  }

  turn(turn: Partial<Turn>): Promise<TurnAnswer> {
    return this.engine.exchange({ ...NOTHING, ...turn });
  }

  /** Leases up to so many lanes. */
  async claim(lanes = 10, turn: Partial<Turn> = {}): Promise<readonly Claim[]> {
    const wanted = { lanes, perTenant: 100 };
    return (await this.turn({ commands: wanted, others: wanted, ...turn })).claims;
  }

  end({ lane, token }: Claim, rest: Partial<BatchEnd> = {}): BatchEnd {
    const none = { failures: 0, outages: 0, batchLimit: 0, delayMs: 0, error: '', answers: [], followUps: [] };
    return { lane, token, completed: 1, step: 'settle', ...none, ...rest };
  }

  /** Entries of a lane that are not acknowledged. */
  size(lane: Lane): Promise<number> {
    return this.redis.client.llen(`${this.prefix}lane:${laneKey(lane)}`);
  }

  /** Passes when all counters, states and lists fit the lanes. */
  async expectTruth(): Promise<void> {
    expect(await untruths(this.redis.client, this.prefix)).toEqual([]);
  }
}

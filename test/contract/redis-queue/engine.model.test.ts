import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Lane, laneKey, parseLaneKey } from '../../../lib/queue/lane.js';
import type { JobTiming } from '../../../lib/queue/timing.js';
import { shardPrefix } from '../../../lib/queue/redis/lane-keys.js';
import { type BatchEnd, type Claim, RedisLaneEngine } from '../../../lib/queue/redis/redis-lane-engine.js';
import { untruths } from '../../support/queue-truth.js';
import { startTestRedis, type TestRedis } from '../../support/redis-server.js';
import { lane, range } from '../../../lib/testing/contract/group-queue/group-queue-cases.js';
import { timing } from '../../../lib/testing/contract/group-queue/timing.arbitrary.js';
import { TimedLaneModel } from '../timed-lane.model.js';
import { entriesOf, UNLIMITED } from './engine-under-test.js';

const RUNS = 200;
const LEASE_MS = 100;
const LANES = ['a', 'b', 'c'] as const;
/** One of them counts as delayed. */
const of = (id: (typeof LANES)[number]): Lane => lane(id, id === 'c' ? 'timer' : 'fold');
const KINDS = ['fold', 'timer'] as const;
const kindOf = (lane: string): string => parseLaneKey(lane).kind;
const BATCH = 3;
const START_MS = 1_700_000_000_000;

type Action =
  | { readonly kind: 'stage'; readonly lane: number; readonly timings: readonly JobTiming[] }
  | { readonly kind: 'claim'; readonly lanes: number }
  | {
      readonly kind: 'end';
      readonly claim: number;
      readonly completed: number;
      readonly step: BatchEnd['step'];
      readonly delayMs: number;
    }
  | { readonly kind: 'renew'; readonly claim: number }
  | { readonly kind: 'pass'; readonly ms: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    kind: fc.constant('stage'),
    lane: fc.nat({ max: 2 }),
    timings: fc.array(timing, { minLength: 1, maxLength: 5 }),
  }),
  fc.record({ kind: fc.constant('claim'), lanes: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    kind: fc.constant('end'),
    claim: fc.nat(),
    completed: fc.nat({ max: BATCH }),
    step: fc.constantFrom('settle', 'settle', 'wait', 'park', 'dead-letter', 'hold'),
    delayMs: fc.nat({ max: 80 }),
  }),
  fc.record({ kind: fc.constant('renew'), claim: fc.nat() }),
  // Also back: a server's clock may be set, and another server may take over.
  fc.record({ kind: fc.constant('pass'), ms: fc.integer({ min: -200, max: 300 }) }),
) as fc.Arbitrary<Action>;

/** What a lane holds, and who has it until when. */
interface LaneState {
  readonly model: TimedLaneModel;
  lease:
    | { readonly token: string; readonly entries: number; deadline: number; readonly suspect: boolean; heard: boolean }
    | undefined;
  suspect: boolean;
  losses: number;
}

/** The engine on a server whose clock is ours, beside the model of what it should do. */
class World {
  private readonly prefix = shardPrefix('es', randomUUID(), 0);
  private readonly engine: RedisLaneEngine;
  private readonly lanes = new Map<string, LaneState>();
  private readonly claims: Claim[] = [];
  private flushes = 0;
  private now = START_MS;
  private lastToken = 0n;
  /** Until when no lane of a kind is leased. */
  private readonly offUntil = new Map<string, number>();

  constructor(private readonly redis: TestRedis) {
    for (const id of LANES) {
      const none = { model: new TimedLaneModel(), lease: undefined, suspect: false, losses: 0 };
      this.lanes.set(laneKey(of(id)), none);
    }
    const connection: ConstructorParameters<typeof RedisLaneEngine>[0] = {
      run: ({ lua }, keys, args = []) => {
        const clock = `{ '${Math.floor(this.now / 1_000)}', '${(this.now % 1_000) * 1_000}' }`;
        return redis.client.eval(lua.replace("call('TIME')", clock), keys.length, ...keys, ...args);
      },
    };
    this.engine = new RedisLaneEngine(connection, this.prefix, LEASE_MS, UNLIMITED);
  }

  async act(next: Action): Promise<void> {
    switch (next.kind) {
      case 'stage':
        await this.stage(LANES[next.lane]!, next.timings);
        break;
      case 'claim':
        await this.turn({ lanes: next.lanes });
        break;
      case 'end':
        if (this.claims.length > 0) await this.turn({ end: { ...next, claim: this.pick(next.claim) } });
        break;
      case 'renew':
        if (this.claims.length > 0) await this.turn({ renewal: this.pick(next.claim) });
        break;
      case 'pass':
        this.now += next.ms;
    }
    expect(await untruths(this.redis.client, this.prefix)).toEqual([]);
    const dropped = [...this.lanes.values()].reduce((sum, { model }) => sum + model.dropped, 0);
    for (const [key, field] of [
      ['count', 'dropped'],
      ['count:tenant', 'acme dropped'],
    ] as const) {
      expect(Number(await this.redis.client.hget(this.prefix + key, field))).toBe(dropped);
    }
    const { model: timers } = this.lanes.get(laneKey(of('c')))!;
    expect((await this.engine.depth()).delayedJobs).toBe(timers.parked ? 0 : timers.jobs.length);
  }

  /** Lets all leases end and works everything off; what is parked stays. */
  async finish(): Promise<void> {
    for (let turns = 0; turns < 200; turns += 1) {
      this.now += 10 * LEASE_MS;
      const claims = await this.turn({ lanes: 3 });
      if (claims.length === 0) break;
      for (const claim of claims) {
        await this.turn({ end: { claim, completed: claim.entries.length, step: 'settle', delayMs: 0 } });
      }
    }
    for (const [key, { model }] of this.lanes) {
      if (!model.parked) expect(model.jobs, key).toEqual([]);
      model.expectNoneLost();
    }
  }

  private pick(index: number): Claim {
    return this.claims[index % this.claims.length]!;
  }

  private async stage(id: (typeof LANES)[number], timings: readonly JobTiming[]): Promise<void> {
    const { model } = this.lanes.get(laneKey(of(id)))!;
    const staged = timings.map((given) => {
      const job = { ...range(of(id), model.nextId), ...given };
      model.stage(given, this.now);
      return job;
    });
    this.flushes += 1;
    const calls = [{ commands: 0, lanes: entriesOf(...staged) }];
    await this.engine.stage({ producer: 'p', number: this.flushes, oldest: this.flushes, calls });
  }

  private async turn(said: {
    readonly lanes?: number;
    readonly renewal?: Claim;
    readonly end?: Pick<BatchEnd, 'completed' | 'step' | 'delayMs'> & { readonly claim: Claim };
  }): Promise<readonly Claim[]> {
    const { end, renewal, lanes = 0 } = said;
    const expectedLost = [end?.claim, renewal].filter((one) => one && !this.holds(one)).map((one) => one!.lane);
    if (end && this.holds(end.claim)) this.end(end.claim, end.completed, end.step, end.delayMs);
    if (renewal && this.holds(renewal)) {
      const lease = this.lanes.get(renewal.lane)!.lease!;
      lease.deadline = this.now + LEASE_MS;
      lease.heard = true;
    }
    for (const state of this.lanes.values()) this.takeBack(state);
    const hasFailed = end !== undefined && end.step !== 'settle' && end.completed < end.claim.entries.length;
    const none = { failures: hasFailed ? 1 : 0, outages: 0, batchLimit: 0, error: '', answers: [], followUps: [] };
    const answer = await this.engine.exchange({
      ends: end ? [{ ...end.claim, ...end, ...none }] : [],
      renewals: renewal ? [renewal] : [],
      commands: { lanes: 0, perTenant: 9 },
      others: { lanes, perTenant: 9 },
      maySuspect: true,
      busy: [],
      groups: KINDS.map((kind) => [`${kind}:c@1`, BATCH] as const),
      wake: [],
    });
    expect(answer.lost).toEqual(expectedLost);
    expect(answer.claims.length).toBeLessThanOrEqual(lanes);
    expect(answer.claims.filter(({ suspect }) => suspect).length).toBeLessThanOrEqual(1);
    for (const { lane } of answer.claims) expect(this.isOff(lane), 'leased while it is held').toBe(false);
    for (const claim of answer.claims) this.lease(claim);
    return answer.claims;
  }

  private isOff(lane: string): boolean {
    return (this.offUntil.get(kindOf(lane)) ?? 0) > this.now;
  }

  private holds({ lane, token }: Claim): boolean {
    return this.lanes.get(lane)!.lease?.token === token;
  }

  private end({ lane }: Claim, completed: number, step: BatchEnd['step'], delayMs: number): void {
    const state = this.lanes.get(lane)!;
    if (step === 'hold') {
      state.model.handBack();
      state.suspect = state.lease!.suspect;
      state.lease = undefined;
      const kind = kindOf(lane);
      this.offUntil.set(kind, Math.max(this.offUntil.get(kind) ?? 0, this.now + delayMs));
      return;
    }
    const count = Math.min(completed, state.lease!.entries);
    // Of a batch that was completed nothing can have failed.
    const failed = count < state.lease!.entries;
    state.model.end(step === 'dead-letter' && failed ? count + 1 : count);
    state.lease = undefined;
    state.suspect = false;
    state.losses = 0;
    state.model.parked = step === 'park' && failed;
  }

  private takeBack(state: LaneState): void {
    const { lease, model } = state;
    if (!lease || lease.deadline > this.now) return;
    if (!lease.suspect) state.losses = 0;
    else if (lease.heard) state.losses += 1;
    state.suspect = true;
    state.lease = undefined;
    model.end(0);
    if (state.losses >= 3) model.parked = true;
  }

  private lease(claim: Claim): void {
    const state = this.lanes.get(claim.lane)!;
    const { model } = state;
    expect(state.lease, 'leased twice').toBeUndefined();
    expect(model.parked, 'leased while parked').toBe(false);
    const [head] = model.jobs;
    // A job that took the place of a suspected one and was not due at once is no suspect any more.
    if (claim.suspect || head?.handedOut) expect(claim.suspect).toBe(state.suspect);
    expect(claim.redelivered).toBe(head?.handedOut);
    expect(claim.entries.map((entry) => Number(/(?:^|\n)F(\d+)/.exec(entry)![1]))).toEqual(
      model.begin(claim.suspect ? 1 : BATCH, this.now),
    );
    expect(claim.entries.length, 'nothing of it is due').toBeGreaterThan(0);
    expect(BigInt(claim.token) > this.lastToken, 'a token that does not rise').toBe(true);
    this.lastToken = BigInt(claim.token);
    const { token, suspect } = claim;
    state.lease = { token, suspect, heard: false, entries: claim.entries.length, deadline: this.now + LEASE_MS };
    this.claims.push(claim);
  }
}

let redis: TestRedis;
beforeAll(async () => void (redis = await startTestRedis()));
afterAll(() => redis.stop());

it('goes with its lanes as the model does, whatever workers and the clock do', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
      const world = new World(redis);
      for (const next of actions) await world.act(next);
      await world.finish();
    }),
    { numRuns: RUNS },
  );
});

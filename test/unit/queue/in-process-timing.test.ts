import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { InProcessLane } from '../../../lib/queue/in-process/in-process-lane.js';
import { InProcessLanes } from '../../../lib/queue/in-process/in-process-lanes.js';
import { type Lane, laneKey } from '../../../lib/queue/lane.js';
import type { JobTiming } from '../../../lib/queue/timing.js';
import { VirtualClock } from '../../support/virtual-clock.js';
import { lane, LIMITS, range, sequenceOf } from '../../../lib/testing/contract/group-queue/group-queue-cases.js';
import { TIMINGS_OVER_MS, timing } from '../../../lib/testing/contract/group-queue/timing.arbitrary.js';
import { TimedLaneModel } from '../../contract/timed-lane.model.js';

const LANES = ['a', 'b'] as const;
/** One of them counts as delayed. */
const of = (id: (typeof LANES)[number]): Lane => lane(id, id === 'b' ? 'timer' : 'fold');
const BATCH = 3;

type Action =
  | { readonly kind: 'stage'; readonly lane: number; readonly timings: readonly JobTiming[] }
  | { readonly kind: 'begin' }
  | { readonly kind: 'end'; readonly completed: number; readonly step: 'settle' | 'wait' | 'park' | 'put aside' }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'jump'; readonly ms: number };

const steps: readonly fc.Arbitrary<Action>[] = [
  fc.record({
    kind: fc.constant('stage' as const),
    lane: fc.nat({ max: LANES.length - 1 }),
    timings: fc.array(timing, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('begin' as const) }),
  fc.record({
    kind: fc.constant('end' as const),
    completed: fc.nat({ max: BATCH }),
    step: fc.constantFrom('settle', 'settle', 'wait', 'put aside', 'park'),
  }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.nat({ max: 100 }) }),
];
const jump = fc.record({ kind: fc.constant('jump' as const), ms: fc.integer({ min: -10_000, max: 10_000 }) });

/** The lanes with a worker that does what it is told, beside the model of what should be in them. */
class World {
  private readonly clock = new VirtualClock();
  private readonly lanes = new InProcessLanes({ ...LIMITS, tenantSharePercent: 100 }, this.clock, () => undefined);
  private readonly models = new Map(LANES.map((id) => [laneKey(of(id)), new TimedLaneModel()]));
  private readonly running: { readonly lane: InProcessLane; readonly jobs: number }[] = [];

  constructor(private readonly isExact: boolean) {}

  act(action: Action): void {
    switch (action.kind) {
      case 'stage':
        this.stage(LANES[action.lane]!, action.timings);
        break;
      case 'begin':
        this.begin();
        break;
      case 'end':
        this.end(action.completed, action.step);
        break;
      case 'pass':
        this.clock.pass(action.ms);
        break;
      case 'jump':
        this.clock.jump(action.ms);
    }
    if (!this.isExact) return;
    const models = [...this.models.values()];
    expect(this.lanes.counts.jobs).toBe(models.reduce((sum, { jobs }) => sum + jobs.length, 0));
    const dropped = models.reduce((sum, model) => sum + model.dropped, 0);
    expect(this.lanes.counts.droppedOf.get(lane('a').tenantId) ?? 0).toBe(dropped);
    const [folds, timers] = models as [TimedLaneModel, TimedLaneModel];
    expect(this.lanes.counts.droppedBy.get('fold:c@1') ?? 0).toBe(folds.dropped);
    const { counts } = this.lanes;
    expect(counts.parkedJobs).toBe(models.reduce((sum, { parked, jobs }) => sum + (parked ? jobs.length : 0), 0));
    const waiting = folds.parked ? 0 : folds.jobs.length;
    const delayed = timers.parked ? 0 : timers.jobs.length;
    expect([counts.waiting, counts.waitingOf(lane('a').tenantId)]).toEqual([waiting, waiting]);
    expect([counts.delayedJobs, counts.delayedOf(lane('a').tenantId)]).toEqual([delayed, delayed]);
  }

  /** Works everything off; what is parked stays. */
  finish(): void {
    while (this.running.length > 0) this.end(BATCH, 'settle');
    for (let turns = 0; turns < 200 && this.isBusy; turns += 1) {
      this.clock.pass(TIMINGS_OVER_MS);
      this.begin();
      if (this.running.length > 0) this.end(BATCH, 'settle');
    }
    for (const lane of this.lanes.byKey.values()) expect(lane.status).toBe('parked');
    if (this.isExact) for (const model of this.models.values()) model.expectNoneLost();
    this.lanes.counts.release();
  }

  private get isBusy(): boolean {
    return [...this.lanes.byKey.values()].some(({ status }) => status !== 'parked');
  }

  private stage(id: (typeof LANES)[number], timings: readonly JobTiming[]): void {
    const model = this.models.get(laneKey(of(id)))!;
    for (const given of timings) {
      const job = { ...range(of(id), model.nextId), ...given };
      model.stage(given, this.clock.now());
      this.lanes.add([job]);
    }
  }

  private begin(): void {
    const next = this.lanes.next();
    if (!next || this.lanes.putOff(next)) return;
    this.lanes.begin(next);
    const { jobs, redelivered } = this.lanes.take(next, BATCH);
    this.running.push({ lane: next, jobs: jobs.length });
    const model = this.models.get(next.key)!;
    if (!this.isExact) return;
    expect(model.parked).toBe(false);
    expect(redelivered).toBe(model.jobs[0]?.handedOut);
    expect(jobs.map(sequenceOf)).toEqual(model.begin(BATCH, this.clock.now()));
    expect(jobs).not.toEqual([]);
  }

  private end(completed: number, step: (Action & { kind: 'end' })['step']): void {
    const ended = this.running.shift();
    if (!ended) return;
    const model = this.models.get(ended.lane.key)!;
    const count = Math.min(completed, ended.jobs);
    const took = count < ended.jobs ? step : 'settle';
    this.lanes.end(ended.lane, count);
    if (this.isExact) model.end(took === 'put aside' ? count + 1 : count);
    if (took === 'put aside') this.lanes.removeHead(ended.lane, 1);
    if (took === 'park') {
      model.parked = true;
      this.lanes.park(ended.lane);
    } else if (took === 'wait') {
      ended.lane.tries.failures += 1;
      this.lanes.wait(ended.lane, 20);
    } else {
      this.lanes.settle(ended.lane);
    }
  }
}

const run = (isExact: boolean, kinds: readonly fc.Arbitrary<Action>[], examples: readonly Action[][]): void =>
  fc.assert(
    fc.property(fc.array(fc.oneof(...kinds), { maxLength: 40 }), (actions) => {
      const world = new World(isExact);
      for (const action of actions) world.act(action);
      world.finish();
    }),
    { numRuns: 500, examples: examples.map((one) => [one]) },
  );

it('goes with its lanes as the model of their timings does', () =>
  run(true, steps, [
    // The interval is that of the job which stays, not of its twin that was dropped.
    [
      {
        kind: 'stage',
        lane: 0,
        timings: [
          { throttle: { everyMs: 2, source: 'x', rank: 1 } },
          { throttle: { everyMs: 1, source: 'x', rank: 0 } },
        ],
      },
      { kind: 'begin' },
      { kind: 'pass', ms: 1 },
      { kind: 'stage', lane: 0, timings: [{ dedupe: { forMs: 0 } }] },
    ],
  ]));

it('gets everything done, whatever the clock is set to', () =>
  run(
    false,
    [...steps, jump],
    [
      [
        { kind: 'stage', lane: 0, timings: [{ debounce: { delayMs: 0, maxWaitMs: 0, source: 'x', rank: 0 } }] },
        { kind: 'jump', ms: -3_600_000 },
      ],
    ],
  ));

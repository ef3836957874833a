import { describe, expect, it } from 'vitest';
import { SystemClock } from '../../../lib/clock/system-clock.js';
import type { LaneConsumer } from '../../../lib/queue/lane-consumer.js';
import { laneKey } from '../../../lib/queue/lane.js';
import { type LaneEntries, MAX_BYTES_A_STEP, sizeOf, toSteps } from '../../../lib/queue/redis/lane-entries.js';
import { LaneRun } from '../../../lib/queue/redis/lane-run.js';
import { Outbox } from '../../../lib/queue/redis/outbox.js';
import type { BatchEnd } from '../../../lib/queue/redis/redis-lane-engine.js';
import type { CommandJob } from '../../../lib/queue/job.js';
import type { StagedJob } from '../../../lib/queue/staged-job.js';
import { command, lane, POLICY, range } from '../../../lib/testing/contract/group-queue/group-queue-cases.js';

const BOUNDS = { maxInlineBytes: 4_096, maxJobBytes: 10_000_000 };

function large(id: string, bytes: number): StagedJob {
  const staged = command(lane(id, 'command'), id);
  return { ...staged, job: { ...(staged.job as CommandJob), data: 'x'.repeat(bytes) } };
}

const sizes = (steps: readonly (readonly LaneEntries[])[]) => steps.map(sizeOf);

describe('toSteps', () => {
  it('cuts after a thousand jobs, and keeps those of a lane together and in order', () => {
    const jobs = Array.from({ length: 2_500 }, (_, index) => range(lane(index % 2 === 0 ? 'a' : 'b'), index));
    const steps = toSteps(jobs, BOUNDS);
    expect(sizes(steps).map((size) => size.jobs)).toEqual([1_000, 1_000, 500]);
    expect(steps.map((lanes) => lanes.map((one) => one.lane))).toEqual(
      steps.map(() => [laneKey(lane('a')), laneKey(lane('b'))]),
    );
    const ofA = steps.flatMap(([a]) => a!.entries.map((entry) => Number(/^F(\d+)/.exec(entry)![1])));
    expect(ofA).toEqual(Array.from({ length: 1_250 }, (_, index) => index * 2));
  });

  it('cuts before a step has more bytes than a script takes; a larger job goes alone', () => {
    const steps = toSteps(
      [large('a', 600_000), large('b', 300_000), large('a', 300_000), large('c', 5_000_000), large('d', 1)],
      BOUNDS,
    );
    expect(sizes(steps).map(({ jobs }) => jobs)).toEqual([2, 1, 1, 1]);
    const bytes = sizes(steps).map((size) => size.bytes);
    expect(bytes.filter((size) => size > MAX_BYTES_A_STEP)).toEqual([bytes[2]]);
    const entries = steps.flat().flatMap((one) => one.entries);
    expect(bytes.reduce((sum, size) => sum + size)).toBe(Buffer.byteLength(entries.join('')));
  });

  it('has none of nothing', () => {
    expect(toSteps([], BOUNDS)).toEqual([]);
  });
});

describe('LaneRun', () => {
  it('stages follow-ups ahead that are more than its acknowledgement may carry, in jobs or in bytes', async () => {
    for (const followUps of [
      Array.from({ length: 2_100 }, (_, index) => range(lane('b'), index)),
      Array.from({ length: 30 }, () => large('b', 100_000)),
    ]) {
      const ahead: (readonly LaneEntries[])[] = [];
      const consumer: LaneConsumer = {
        components: [],
        policy: () => POLICY,
        handle: async () => ({ completed: 1, followUps }),
      };
      const [[one] = []] = toSteps([range(lane('a'), 1)], BOUNDS);
      const claim = { lane: one!.lane, token: '1', failures: 0, outages: 0, redelivered: false, suspect: false };
      const run = new LaneRun(
        { ...claim, entries: one!.entries },
        consumer,
        BOUNDS,
        async (lanes) => void ahead.push(lanes),
        new SystemClock(),
      );
      const end = await run.run();
      expect([...ahead, end.followUps].length).toBe(3);
      for (const step of [...ahead, end.followUps]) {
        expect(sizeOf(step).bytes).toBeLessThanOrEqual(MAX_BYTES_A_STEP);
        expect(sizeOf(step).jobs).toBeLessThanOrEqual(1_000);
      }
      expect([...ahead, end.followUps].reduce((sum, step) => sum + sizeOf(step).jobs, 0)).toBe(followUps.length);
    }
  });
});

describe('Outbox', () => {
  const ended = (...followUps: readonly StagedJob[]): BatchEnd => ({
    lane: laneKey(lane('a')),
    token: '1',
    completed: 1,
    step: 'settle',
    delayMs: 0,
    failures: 0,
    outages: 0,
    batchLimit: 0,
    error: '',
    answers: [],
    followUps: toSteps(followUps, BOUNDS).flat(),
  });
  const taken = (ends: readonly BatchEnd[]): number[] => {
    const outbox = new Outbox();
    for (const end of ends) outbox.add(end);
    const turns: number[] = [];
    while (outbox.size > 0) turns.push(outbox.take().length);
    return turns;
  };

  it('tells so many ends a turn', () => {
    expect(taken(Array.from({ length: 130 }, () => ended()))).toEqual([64, 64, 2]);
  });

  it('tells no more follow-ups a turn than a script takes, in jobs or in bytes; a larger end goes alone', () => {
    const many = ended(...Array.from({ length: 400 }, (_, index) => range(lane('b'), index)));
    expect(taken([many, many, many, many])).toEqual([2, 2]);
    const big = ended(large('b', 400_000));
    expect(taken([big, big, big, ended(), big])).toEqual([2, 3]);
    expect(taken([ended(large('b', 3_000_000)), big, big])).toEqual([1, 2]);
    const answered = { ...ended(), answers: [{ id: '1', value: 'x'.repeat(600_000) }] };
    expect(taken([answered, big, answered])).toEqual([2, 1]);
  });
});

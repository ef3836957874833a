import { describe, expect, it } from 'vitest';
import type { EventRangeJob } from '../../../lib/queue/job.js';
import { Fifo } from '../../../lib/queue/in-process/fifo.js';
import { InProcessLane } from '../../../lib/queue/in-process/in-process-lane.js';
import type { StoredEvent } from '../../../lib/events/stored-event.js';
import type { StagedJob } from '../../../lib/queue/staged-job.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';

const laneId = {
  tenantId: createTenantId('acme'),
  kind: 'fold',
  component: 'c@1',
  aggregateType: 't',
  id: 'a',
} as const;

const range = (sequence: number, aggregateId = 'a'): StagedJob => ({
  lane: laneId,
  job: { kind: 'fold', aggregateId, from: sequence, to: sequence, events: [{ sequence } as StoredEvent] },
});

describe('InProcessLane', () => {
  it('merges ranges of one aggregate past its bound, to be read from the log, and loses no sequence', () => {
    const lane = new InProcessLane('key', laneId);
    for (let sequence = 1; sequence <= 5_000; sequence += 1) lane.add(range(sequence), 0, 0);
    expect(lane.size).toBe(1_000);
    const jobs = lane.take(10_000, 0).jobs as readonly EventRangeJob[];
    expect(jobs.at(-1)).toEqual({ kind: 'fold', aggregateId: 'a', from: 1_000, to: 5_000, events: null });
    expect(jobs.slice(0, -1).map(({ from }) => from)).toEqual(Array.from({ length: 999 }, (_, index) => index + 1));
  });

  it('does not merge into a running batch, nor over aggregates', () => {
    const lane = new InProcessLane('key', laneId);
    for (let sequence = 1; sequence <= 1_000; sequence += 1) lane.add(range(sequence), 0, 0);
    lane.take(1_000, 0);
    expect(lane.add(range(1_001), 0, 0)).toBe('added');
    expect(lane.add(range(1_002), 0, 0)).toBe('merged');
    expect(lane.add(range(1, 'b'), 0, 0)).toBe('added');
    expect(lane.acknowledge(1_000)).toBe(1_000);
    expect(lane.take(10, 0).jobs).toMatchObject([
      { from: 1_001, to: 1_002, events: null },
      { aggregateId: 'b', from: 1 },
    ]);
  });
});

describe('Fifo', () => {
  it('gives back everything in order, also over its compaction', () => {
    const fifo = new Fifo<number>();
    const taken: number[] = [];
    let next = 0;
    for (let round = 0; round < 5_000; round += 1) {
      fifo.push(next++);
      fifo.push(next++);
      taken.push(fifo.shift()!);
    }
    for (let item = fifo.shift(); item !== undefined; item = fifo.shift()) taken.push(item);
    expect(taken).toEqual(Array.from({ length: next }, (_, index) => index));
    expect(fifo.size).toBe(0);
  });
});

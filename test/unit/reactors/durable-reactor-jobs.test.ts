import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../../lib/events/recorded-event.js';
import type { CoveredInput } from '../../../lib/projections/fold-executor.js';
import type { Lane } from '../../../lib/queue/lane.js';
import { durableReactorJobs } from '../../../lib/reactors/durable-reactor-jobs.js';
import type { ReactorDefinition } from '../../../lib/reactors/reactor-definition.js';
import type { ReactorOptions } from '../../../lib/reactors/reactor.decorator.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';

const tenantId = createTenantId('acme');
const row: Lane = { tenantId, kind: 'fold', component: 'f@1', aggregateType: 't', id: 'a' };

const input = (sequence: number, from: number, { type = 'x', recordedAt = 100 } = {}): CoveredInput => ({
  sequence,
  from,
  event: {
    ...{ id: `e${sequence}`, tenantId, aggregateType: 't', aggregateId: 'a', sequence, type, version: 1 },
    ...{ data: { n: sequence }, metadata: {}, occurredAt: new Date(1), recordedAt: new Date(recordedAt) },
  } as unknown as RecordedEvent,
});

const reactor = (options: Partial<ReactorOptions> = {}): ReactorDefinition =>
  ({
    name: 'r',
    types: new Set(['x']),
    options: { name: 'r', durable: true, ...options },
  }) as unknown as ReactorDefinition;

interface Given {
  readonly options?: Partial<ReactorOptions>;
  readonly readUpTo?: number;
  readonly foldBorn?: number;
  readonly reactorBorn?: number;
}

/** From where to where jobs go, and whether they bring the event along. */
const jobs = (covered: readonly CoveredInput[], { options, readUpTo = 0, foldBorn = 0, reactorBorn = 0 }: Given = {}) =>
  durableReactorJobs([reactor(options)], row, covered, readUpTo, { fold: foldBorn, of: () => reactorBorn }).map(
    ({ lane, job, delayMs }) => {
      expect(lane).toEqual({ tenantId, kind: 'reactor', component: 'r', aggregateType: 't', id: 'a' });
      if (job.kind !== 'reactor') return expect.unreachable();
      return [job.from, job.sequence, job.event !== null, delayMs];
    },
  );

describe('durableReactorJobs', () => {
  it('gives each event a job that says since where there is nothing before it', () => {
    expect(jobs([input(1, 1), input(3, 2), input(4, 4)])).toEqual([
      [1, 1, true, undefined],
      [2, 3, true, undefined],
      [4, 4, true, undefined],
    ]);
    expect(jobs([input(2, 1), input(9, 7)], { options: { delayMs: 5 } })).toEqual([
      [1, 2, true, 5],
      [7, 9, true, 5],
    ]);
  });

  it('counts what the reactor does not list, or leaves out, as nothing', () => {
    const covered = [
      input(1, 1),
      input(2, 2, { type: 'y' }),
      input(3, 3),
      input(4, 4),
      input(8, 7, { type: 'y' }),
      input(9, 9),
    ];
    const when = ({ data }: RecordedEvent): boolean => (data as { n: number }).n !== 3;
    expect(jobs(covered, { options: { when } })).toEqual([
      [1, 1, true, undefined],
      [2, 4, true, undefined],
      [7, 9, true, undefined],
    ]);
  });

  it('gives nothing of what was recorded before the reactor was born', () => {
    const covered = [input(1, 1, { recordedAt: 40 }), input(2, 2, { recordedAt: 50 })];
    expect(jobs(covered, { reactorBorn: 50 })).toEqual([[1, 2, true, undefined]]);
    expect(jobs(covered, { reactorBorn: 51 })).toEqual([]);
  });

  it('has one job for what was recorded before the version of the fold was born', () => {
    const covered = [1, 2, 3].map((sequence) => input(sequence, sequence, { recordedAt: sequence * 10 }));
    expect(jobs(covered, { foldBorn: 30 })).toEqual([
      [2, 2, false, undefined],
      [3, 3, true, undefined],
    ]);
  });

  it('has one job for what the fold was told to read, also when it was folded before', () => {
    expect(jobs([], { readUpTo: 7 })).toEqual([[7, 7, false, undefined]]);
    expect(jobs([input(5, 4), input(9, 6)], { readUpTo: 7 })).toEqual([
      [7, 7, false, undefined],
      [6, 9, true, undefined],
    ]);
  });
});

import { encodeRecorded } from '../events/encode-recorded.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { CoveredInput } from '../projections/fold-executor.js';
import type { Lane } from '../queue/lane.js';
import type { ReactorJob } from '../queue/job.js';
import type { StagedJob } from '../queue/staged-job.js';
import { isWanted } from './is-wanted.js';
import type { ReactorDefinition } from './reactor-definition.js';

/** Since when somebody counts an event; milliseconds since the epoch. */
export interface Beginnings {
  /** The fold, in its version. */
  readonly fold: number;
  readonly of: (reactor: ReactorDefinition) => number;
}

/** The job that lets a durable reactor come forward to a place in the stream of a row, by the log. */
export function reactionUpTo(reactor: ReactorDefinition, row: Lane, sequence: number): StagedJob {
  return reactionTo(reactor, row, sequence, { from: sequence, event: null });
}

function reactionTo(
  { name, options }: ReactorDefinition,
  { tenantId, aggregateType, id }: Lane,
  sequence: number,
  known: Pick<ReactorJob, 'from' | 'event'>,
): StagedJob {
  const lane: Lane = { tenantId, kind: 'reactor', component: name, aggregateType, id };
  const job: ReactorJob = { kind: 'reactor', aggregateId: id, sequence, ...known };
  return { lane, job, ...(options.delayMs !== undefined && { delayMs: options.delayMs }) };
}

/**
 * The jobs that durable reactors get of what their fold has saved: one an event, each of which says since where there is
 * nothing before it. There is one for all, which is mostly found to be done already, of what was recorded before the
 * fold's version was born, and another version has reacted to long ago; and up to where the fold was told to read the
 * log: what follows from that may have been lost when it was folded for the first time.
 *
 * @param row the lane of the fold
 * @param readUpTo where the jobs of the fold end that brought nothing along; 0 when all of them did
 */
export function durableReactorJobs(
  reactors: readonly ReactorDefinition[],
  row: Lane,
  covered: readonly CoveredInput[],
  readUpTo: number,
  beginnings: Beginnings,
): readonly StagedJob[] {
  const stored = new Map<RecordedEvent, ReactorJob['event']>();
  const encoded = (event: RecordedEvent): ReactorJob['event'] => {
    if (!stored.has(event)) stored.set(event, encodeRecorded(event));
    return stored.get(event)!;
  };
  return reactors.flatMap((reactor) => {
    const bornAt = beginnings.of(reactor);
    let forAll = readUpTo;
    const staged: StagedJob[] = [];
    // A wanted event may be none of this reactor's, and then nothing to it either.
    let next = 1;
    let reached = 0;
    for (const { from, sequence, event } of covered) {
      if (from > reached + 1) next = from;
      reached = sequence;
      const recordedAt = event.recordedAt.getTime();
      if (recordedAt < bornAt || !isWanted(reactor, event)) continue;
      if (recordedAt < beginnings.fold) forAll = Math.max(forAll, sequence);
      if (sequence > forAll) staged.push(reactionTo(reactor, row, sequence, { from: next, event: encoded(event) }));
      next = sequence + 1;
    }
    return forAll > 0 ? [reactionUpTo(reactor, row, forAll), ...staged] : staged;
  });
}

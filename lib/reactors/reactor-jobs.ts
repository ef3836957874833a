import { encodeRecorded } from '../events/encode-recorded.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import { MAX_TIMER_MS } from '../errors/integer-problem.js';
import type { FoldInput } from '../projections/fold-input.js';
import type { ReactorJob } from '../queue/job.js';
import type { Lane } from '../queue/lane.js';
import type { StagedJob } from '../queue/staged-job.js';
import type { JobTiming, Ranked } from '../queue/timing.js';
import { textProblem } from '../tenancy/text-problem.js';
import { isWanted } from './is-wanted.js';
import type { ReactorDefinition } from './reactor-definition.js';
import type { KeyOptions, ReactorTiming } from './reactor-timing.js';

const DEFAULT_MAX_WAIT_FACTOR = 10;

/**
 * The jobs that reactors get of events that their fold has saved; those of one event share it.
 *
 * @param row the lane of the fold
 */
export function reactorJobs(
  reactors: readonly ReactorDefinition[],
  row: Lane,
  inputs: readonly FoldInput[],
): readonly StagedJob[] {
  return inputs.flatMap(({ sequence, event }) => {
    const wanting = reactors.filter((reactor) => isWanted(reactor, event));
    if (wanting.length === 0) return [];
    const job: ReactorJob = { kind: 'reactor', aggregateId: row.id, sequence, event: encodeRecorded(event) };
    return wanting.map((reactor) => stagedJob(reactor, row, event, job));
  });
}

function stagedJob({ name, options }: ReactorDefinition, row: Lane, event: RecordedEvent, job: ReactorJob): StagedJob {
  const { tenantId, aggregateType } = row;
  const lane: Lane = { tenantId, kind: 'reactor', component: name, aggregateType, id: row.id };
  if (options.delayMs !== undefined) return { lane, job, delayMs: options.delayMs };
  const keyed = options.debounce ?? options.throttle ?? options.dedupe;
  const id = keyed && keyOf(keyed, event);
  if (id === undefined) return { lane, job };
  return { lane: { ...lane, id }, job, ...timingOf(options, { source: row.id, rank: job.sequence }) };
}

function timingOf({ debounce, throttle, dedupe }: ReactorTiming, ranked: Ranked): JobTiming {
  if (debounce) {
    const { delayMs, maxWaitMs = Math.min(delayMs * DEFAULT_MAX_WAIT_FACTOR, MAX_TIMER_MS) } = debounce;
    return { debounce: { delayMs, maxWaitMs, ...ranked } };
  }
  if (throttle) return { throttle: { everyMs: throttle.everyMs, ...ranked } };
  return dedupe ? { dedupe: { forMs: dedupe.forMs } } : {};
}

/** `undefined` when the key function fails: the event is then reacted to on its own, rather than not at all. */
function keyOf({ key }: KeyOptions, event: RecordedEvent): string | undefined {
  try {
    const value: unknown = key(event);
    return textProblem(value) === null ? (value as string) : undefined;
  } catch {
    return undefined;
  }
}

import type { RecordedEvent } from '../events/recorded-event.js';
import type { StoredEvent } from '../events/stored-event.js';
import { MAX_TIMER_MS } from '../errors/integer-problem.js';
import type { Job } from '../queue/job.js';
import type { Lane } from '../queue/lane.js';
import type { StagedJob } from '../queue/staged-job.js';
import type { JobTiming, Ranked } from '../queue/timing.js';
import { textProblem } from '../tenancy/text-problem.js';
import type { ReactorDefinition } from './reactor-definition.js';
import type { KeyOptions, ReactorTiming } from './reactor-timing.js';

const DEFAULT_MAX_WAIT_FACTOR = 10;

/** The jobs that reactors get of events that their fold has saved; those of one event share it. */
export function reactorJobs(
  reactors: readonly ReactorDefinition[],
  events: readonly RecordedEvent[],
): readonly StagedJob[] {
  return events.flatMap((event) => {
    const wanting = reactors.filter(({ types }) => types.has(event.type));
    if (wanting.length === 0) return [];
    const { aggregateId, sequence } = event;
    const job: Job = { kind: 'reactor', aggregateId, sequence, event: toStored(event) };
    return wanting.map((reactor) => stagedJob(reactor, event, job));
  });
}

function stagedJob({ name, options }: ReactorDefinition, event: RecordedEvent, job: Job): StagedJob {
  const { tenantId, aggregateType, aggregateId, sequence } = event;
  const lane: Lane = { tenantId, kind: 'reactor', component: name, aggregateType, id: aggregateId };
  if (options.delayMs !== undefined) return { lane, job, delayMs: options.delayMs };
  const keyed = options.debounce ?? options.throttle ?? options.dedupe;
  const id = keyed && keyOf(keyed, event);
  if (id === undefined) return { lane, job };
  return { lane: { ...lane, id }, job, ...timingOf(options, { source: aggregateId, rank: sequence }) };
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

function toStored({ data, occurredAt, recordedAt, ...rest }: RecordedEvent): StoredEvent {
  return { ...rest, payload: JSON.stringify(data), occurredAt: occurredAt.getTime(), recordedAt: recordedAt.getTime() };
}

import type { RecordedEvent } from '../events/recorded-event.js';
import type { StoredEvent } from '../events/stored-event.js';
import type { StagedJob } from '../queue/staged-job.js';
import { textProblem } from '../tenancy/text-problem.js';
import type { ReactorDefinition } from './reactor-definition.js';
import type { DebounceOptions } from './reactor.decorator.js';

const DEFAULT_MAX_WAIT_FACTOR = 10;

/** The jobs that a reactor gets of events that its fold has saved. */
export function reactorJobs(reactor: ReactorDefinition, events: readonly RecordedEvent[]): readonly StagedJob[] {
  return events.filter(({ type }) => reactor.types.has(type)).map((event) => reactorJob(reactor, event));
}

function reactorJob(reactor: ReactorDefinition, event: RecordedEvent): StagedJob {
  const { tenantId, aggregateType, aggregateId } = event;
  const lane = { tenantId, kind: 'reactor', component: reactor.name, aggregateType } as const;
  const job = { kind: 'reactor', event: toStored(event) } as const;
  const { debounce } = reactor.options;
  const key = debounce && debounceKey(debounce, event);
  if (!debounce || key === undefined) return { lane: { ...lane, id: aggregateId }, job };
  const { delayMs, maxWaitMs = delayMs * DEFAULT_MAX_WAIT_FACTOR } = debounce;
  return {
    lane: { ...lane, id: key },
    job,
    debounce: { delayMs, maxWaitMs, source: aggregateId, rank: event.sequence },
  };
}

/** `undefined` when the key function fails: the event is then reacted to on its own, rather than not at all. */
function debounceKey({ key }: DebounceOptions, event: RecordedEvent): string | undefined {
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

import type { EventMetadata } from '../events/event-metadata.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { AppendResult } from '../event-store/append-result.js';
import type { EventStore } from '../event-store/event-store.js';
import type { FoldCache } from '../projections/fold-cache.js';
import type { ProjectionKey } from '../projections/stores/projection-row.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import { type DecisionData, NO_DECISION, toDecisionEvent } from './stream/decision.event.js';
import { processStream, processType } from './stream/process-streams.js';

/** One process. */
export interface ProcessId {
  /** Of its manager. */
  readonly name: string;
  readonly tenantId: TenantId;
  readonly id: string;
}

/** How far a process has come, and where it stands. */
export interface ProcessPosition {
  /** Of the last decision; 0 before the first. */
  readonly sequence: number;
  readonly decision: DecisionData;
}

/** A decision that is not on record yet. */
export interface NewDecision {
  readonly decision: DecisionData;
  readonly metadata: EventMetadata;
}

/** Of a process that has decided nothing. */
export const BEGINNING: ProcessPosition = { sequence: 0, decision: NO_DECISION };

/** The streams of processes: decision after decision, of which the last one says where a process stands. */
export class ProcessLog {
  /** @param cache of last decisions; any of them may be out of date, which `append` then tells */
  constructor(
    private readonly store: EventStore,
    private readonly cache: FoldCache,
  ) {}

  /** Where a process stands, as this process of the machine knows it: maybe where it stood before. */
  async known(process: ProcessId): Promise<ProcessPosition> {
    const cached = this.cache.get(keyOf(process));
    if (!cached) return this.last(process);
    return { sequence: cached.sequence, decision: JSON.parse(cached.json) as DecisionData };
  }

  /** Where a process stands by the log. */
  async last(process: ProcessId): Promise<ProcessPosition> {
    for await (const event of this.store.read(streamOf(process), { direction: 'backwards', limit: 1 })) {
      return this.remember(process, event);
    }
    return BEGINNING;
  }

  /** The decisions at these places. */
  async *decisions(process: ProcessId, sequences: readonly number[]): AsyncIterable<RecordedEvent<DecisionData>> {
    const stream = streamOf(process);
    const places = sequences.map((sequence) => ({ ...stream, sequence }));
    yield* this.store.readEach(places) as AsyncIterable<RecordedEvent<DecisionData>>;
  }

  /**
   * Puts decisions on record, all or none, if none was made since.
   *
   * @throws WrongExpectedSequenceError when somebody else was first
   */
  async append(process: ProcessId, after: number, decisions: readonly NewDecision[]): Promise<AppendResult> {
    const events = decisions.map(({ decision, metadata }) => ({ data: toDecisionEvent(decision), metadata }));
    try {
      const result = await this.store.append(streamOf(process), events, { expectedSequence: after });
      this.remember(process, result.events.at(-1)!);
      return result;
    } catch (error) {
      this.cache.delete(keyOf(process));
      throw error;
    }
  }

  private remember(process: ProcessId, event: RecordedEvent): ProcessPosition {
    const { sequence, recordedAt, data } = event as RecordedEvent<DecisionData>;
    this.cache.put(keyOf(process), { sequence, updatedAt: recordedAt.getTime(), json: JSON.stringify(data) });
    return { sequence, decision: data };
  }
}

function streamOf({ name, tenantId, id }: ProcessId): ReturnType<typeof processStream> {
  return processStream(name, tenantId, id);
}

/** No row stands under it: it names a state in memory. */
function keyOf({ name, tenantId, id }: ProcessId): ProjectionKey {
  return { tenantId, projection: processType(name), version: 1, id };
}

import type { JsonValue } from '../events/json-value.js';
import type { FoldInput } from '../projections/fold-input.js';
import type { FoldReplay } from '../projections/fold-replay.js';
import type { ProjectionKey, ProjectionRow } from '../projections/stores/projection-row.js';
import type { Lane } from '../queue/lane.js';
import type { LaneBatch } from '../queue/lane-batch.js';
import { TenantContext } from '../tenancy/tenant-context.js';
import type { ReactorDefinition } from './reactor-definition.js';
import type { ReactorContext } from './reactor-handler.js';

/** The row of the fold that a reaction is told of. */
export interface ReactedRow {
  /** Of the reactor, or of its fold: what they have in common tells which stream is folded. */
  readonly lane: Lane;
  /** Also the key of a fold with keys. */
  readonly id: string;
  readonly row: ProjectionRow | null | undefined;
}

interface FoldedState {
  readonly state: JsonValue;
  readonly sequence: number;
}

/** Calls reactors with an event and the state that it is to be told. */
export class ReactorCalls {
  constructor(private readonly replay: FoldReplay) {}

  /** @throws HistoryGoneError where an exact state cannot be made any more, and what the handler throws */
  async call(
    reactor: ReactorDefinition,
    at: ReactedRow,
    input: FoldInput,
    { attempt, abort }: Pick<LaneBatch, 'attempt' | 'abort'>,
  ): Promise<void> {
    const { event } = input;
    const { tenantId, aggregateType, aggregateId, metadata } = event;
    const { state, sequence: foldSequence } = await this.state(reactor, at, input.sequence, abort);
    const ids = { tenantId, aggregateType, aggregateId, foldId: at.id };
    const context: ReactorContext<unknown> = {
      ...ids,
      ...{ state, foldSequence, attempt },
      get signal() {
        return abort.signal;
      },
    };
    const ambient = { ...metadata, tenantId, causationId: event.id };
    await TenantContext.run(ambient, async () => (await reactor.handler.resolve()).handle(event, context));
  }

  /**
   * The saved state at or after the event. While a version is built beside another one, whose reactions come here too, its
   * row may stand before the event, and the state is made from the log.
   */
  private async state(
    { fold, options }: ReactorDefinition,
    { lane, id, row }: ReactedRow,
    sequence: number,
    abort: LaneBatch['abort'],
  ): Promise<FoldedState> {
    const saved = { state: row?.state ?? null, sequence: row?.sequence ?? 0 };
    // Of another version's links: its sequences say nothing here.
    if (lane.aggregateType !== fold.aggregateType || saved.sequence === sequence) return saved;
    const { exact: whole = false } = options;
    if (!whole && saved.sequence > sequence) return saved;
    return this.replay.replay(fold, { tenantId: lane.tenantId, id }, { sequence, whole, signal: abort.signal });
  }
}

/** The row of the fold that a reactor follows. */
export function rowKey({ fold }: ReactorDefinition, { tenantId }: Lane, id: string): ProjectionKey {
  return { tenantId, projection: fold.name, version: fold.version, id };
}

import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { integerProblem } from '../errors/integer-problem.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { EventStore } from '../event-store/event-store.js';
import type { ReadOptions } from '../event-store/read-options.js';
import type { StreamId } from '../event-store/stream-id.js';
import type { AggregateModel } from './aggregate-model.js';
import type { StreamPoint } from './load-options.js';
import type { Snapshot, Snapshots } from './snapshots.js';

/** A state, and the last sequence that it holds. */
export interface Loaded<M> {
  readonly model: M;
  readonly sequence: number;
}

/** Makes states of streams, from a snapshot where there is one that holds. */
export class AggregateLoader {
  constructor(
    private readonly store: EventStore,
    private readonly snapshots: Snapshots,
  ) {}

  /** @throws InvalidArgumentError for a point that is none */
  async load<M>(model: AggregateModel<M>, stream: StreamId, at?: StreamPoint): Promise<Loaded<M>> {
    const bounds = boundsOf(at);
    if (bounds.to === 0) return { model: model.begin(stream.aggregateId), sequence: 0 };
    // The times of the events before a snapshot are not known.
    const snapshot = bounds.until ? undefined : await this.snapshots.latest(model, stream);
    const usable = snapshot && snapshot.sequence <= (bounds.to ?? Number.POSITIVE_INFINITY) ? snapshot : undefined;
    return (
      (usable && (await this.fromSnapshot(model, stream, usable, bounds))) ??
      (await this.fromStart(model, stream, bounds))
    );
  }

  /** `undefined` when the log does not have the event of the snapshot: it was emptied, or restored from a backup. */
  private async fromSnapshot<M>(
    model: AggregateModel<M>,
    stream: StreamId,
    { sequence, eventId, json }: Snapshot,
    bounds: ReadOptions,
  ): Promise<Loaded<M> | undefined> {
    let state: M;
    try {
      state = model.fromSnapshot(stream.aggregateId, JSON.parse(json));
    } catch (error) {
      this.snapshots.warn('A snapshot does not fit its class: raise its version', stream, error);
      return undefined;
    }
    const events = this.store.read(stream, { ...bounds, from: sequence })[Symbol.asyncIterator]();
    const first = await events.next();
    if (first.done || first.value.sequence !== sequence || first.value.id !== eventId) {
      await events.return?.();
      return undefined;
    }
    return this.evolve(model, stream, { model: state, sequence }, { [Symbol.asyncIterator]: () => events });
  }

  private fromStart<M>(model: AggregateModel<M>, stream: StreamId, bounds: ReadOptions): Promise<Loaded<M>> {
    const begun = { model: model.begin(stream.aggregateId), sequence: 0 };
    return this.evolve(model, stream, begun, this.store.read(stream, bounds));
  }

  private async evolve<M>(
    model: AggregateModel<M>,
    stream: StreamId,
    begun: Loaded<M>,
    events: AsyncIterable<RecordedEvent>,
  ): Promise<Loaded<M>> {
    let state = begun.model;
    let last: RecordedEvent | undefined;
    let read = 0;
    for await (const event of events) {
      state = model.evolve(state, event.data);
      last = event;
      read += 1;
    }
    if (last && read >= (model.snapshot?.every ?? Number.POSITIVE_INFINITY)) {
      const json = this.snapshots.encode(model, stream, state);
      if (json !== undefined) await this.snapshots.keep(model, stream, json, last);
    }
    return { model: state, sequence: last?.sequence ?? begun.sequence };
  }
}

function boundsOf(at: StreamPoint | undefined): ReadOptions {
  if (at === undefined) return {};
  if (at.time !== undefined) return { until: at.time };
  const problem = integerProblem(at.sequence, 0);
  if (problem !== null) throw new InvalidArgumentError('options.at.sequence', problem);
  return { to: at.sequence };
}

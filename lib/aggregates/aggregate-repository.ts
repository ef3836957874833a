import { checkRaised, type ListedEvents } from '../commands/check-raised.js';
import type { WhenStored } from '../commands/decision.js';
import { InvalidDecisionError } from '../commands/invalid-decision.error.js';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { integerProblem } from '../errors/integer-problem.js';
import type { AppendResult } from '../event-store/append-result.js';
import type { EventStore } from '../event-store/event-store.js';
import type { StreamId } from '../event-store/stream-id.js';
import { WrongExpectedSequenceError } from '../event-store/wrong-expected-sequence.error.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import { TenantContext } from '../tenancy/tenant-context.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import { type AggregateHistory, historyOf } from './aggregate-history.js';
import { AggregateLoader } from './aggregate-loader.js';
import type { AggregateModel } from './aggregate-model.js';
import { asRead } from './as-read.js';
import type { AggregateClass } from './aggregate-class.js';
import { classModel } from './class-model.js';
import type { DecideOptions } from './decide-options.js';
import type { Decider } from './decider.js';
import { deciderModel } from './decider-model.js';
import type { EventSourcedAggregate } from './event-sourced-aggregate.js';
import type { LoadOptions } from './load-options.js';
import type { SaveOptions } from './save-options.js';
import type { Snapshots } from './snapshots.js';
import { StaleAggregateError } from './stale-aggregate.error.js';

const DEFAULT_MAX_ATTEMPTS = 5;

/** The state of a decider's aggregate. @publicApi */
export interface DeciderState<S> {
  readonly state: S;
  /** The last sequence that the state holds; 0 when there is none. */
  readonly sequence: number;
}

/** What came of a decision. @publicApi */
export interface Decided<S> extends DeciderState<S> {
  /** What was stored; `undefined` when the command changed nothing. */
  readonly appended?: AppendResult;
}

/**
 * Loads aggregates from their events, and appends what they decide, only while nobody else has appended to their stream.
 * Injectable.
 *
 * Every method throws `InvalidTenantError` without a tenant, `InvalidArgumentError` for arguments outside their bounds, and
 * what `EventStore.read` and `append` throw.
 *
 * @publicApi
 */
export class AggregateRepository {
  private readonly loader: AggregateLoader;

  constructor(
    private readonly store: EventStore,
    private readonly snapshots: Snapshots,
    private readonly listed: (aggregateType: string) => ListedEvents | undefined = () => undefined,
  ) {
    this.loader = new AggregateLoader(store, snapshots);
  }

  /** The aggregate of a class with `@Aggregate`; a new one, at sequence 0, when it has no events. */
  async load<A extends EventSourcedAggregate>(
    aggregateClass: AggregateClass<A>,
    id: string,
    options: LoadOptions = {},
  ): Promise<A> {
    const model = classModel(aggregateClass);
    const tenantId = tenantOf(options);
    const stream = streamOf(model, tenantId, id);
    const { model: aggregate, sequence } = await this.loader.load(model, stream, options.at);
    const history = historyOf(aggregate);
    history.sequence = sequence;
    history.tenantId = tenantId;
    history.whenStored = () => this.snapshotDue(model, stream, aggregate, history.sequence, history.raised.length);
    return aggregate;
  }

  /**
   * Stores what an aggregate raised, and lets it go on: it may raise and be saved again.
   *
   * @returns `undefined` when it raised nothing
   * @throws WrongExpectedSequenceError when somebody else has appended to its stream since it was loaded: load it again
   * @throws AppendConditionFailedError when the condition of the options does not hold
   * @throws StaleAggregateError when it must be loaded again
   * @throws ForeignEventError when its pipeline does not list an event; an aggregate type without pipeline may have any
   */
  save(aggregate: EventSourcedAggregate, options: SaveOptions = {}): Promise<AppendResult | undefined> {
    const history = historyOf(aggregate);
    const saving = history.saving.then(() => this.saveNow(aggregate, options));
    history.saving = saving.catch(() => {});
    return saving;
  }

  /** The state of a decider's aggregate. */
  async stateOf<C, E extends object, S>(
    decider: Decider<C, E, S>,
    id: string,
    options: LoadOptions = {},
  ): Promise<DeciderState<S>> {
    const model = deciderModel(decider);
    const { model: state, sequence } = await this.loader.load(
      model,
      streamOf(model, tenantOf(options), id),
      options.at,
    );
    return { state, sequence };
  }

  /**
   * Loads, decides and appends; when somebody else was faster, all of it again.
   *
   * @throws WrongExpectedSequenceError when others were faster `maxAttempts` times
   * @throws AppendConditionFailedError when the condition of the options does not hold; it is not decided again, since the
   * condition was made from what the caller read
   * @throws InvalidDecisionError when `decide` does not return a list
   * @throws ForeignEventError when its pipeline does not list an event; an aggregate type without pipeline may have any
   * @throws whatever `decide` and `evolve` throw
   */
  async decide<C, E extends object, S>(
    decider: Decider<C, E, S>,
    id: string,
    command: C,
    options: DecideOptions = {},
  ): Promise<Decided<S>> {
    const { maxAttempts = DEFAULT_MAX_ATTEMPTS, key, condition } = options;
    const problem = integerProblem(maxAttempts, 1);
    if (problem !== null) throw new InvalidArgumentError('options.maxAttempts', problem);
    const model = deciderModel(decider);
    const stream = streamOf(model, tenantOf(options), id);
    for (let attempt = 1; ; attempt += 1) {
      const { model: state, sequence } = await this.loader.load(model, stream);
      const events = decider.decide(command, state);
      if (!Array.isArray(events)) throw new InvalidDecisionError(`decide() of ${stream.aggregateType}`, events);
      this.check(stream, events);
      if (events.length === 0) return { state, sequence };
      // As they will be read; and before they are stored, since nothing may be stored that nobody can evolve.
      const next = events.reduce((before: S, event) => model.evolve(before, asRead(event)), state);
      const keepSnapshot = this.snapshotDue(model, stream, next, sequence, events.length);
      try {
        const drafts = events.map((data) => ({ data }));
        const appended = await this.store.append(stream, drafts, { expectedSequence: sequence, key, condition });
        if (appended.repeated) return { ...(await this.stateOf(decider, id, options)), appended };
        await keepSnapshot?.(appended);
        return { state: next, sequence: appended.lastSequence, appended };
      } catch (error) {
        if (!(error instanceof WrongExpectedSequenceError) || attempt >= maxAttempts) throw error;
      }
    }
  }

  /**
   * Removes the snapshots of a version that no process uses any more, of all tenants. What a process that still uses it
   * keeps meanwhile may stay; call it again then. Nothing but time is lost with a snapshot.
   *
   * @returns how many there were
   * @throws InvalidArgumentError for the version that is in use here
   */
  async dropSnapshots<A extends EventSourcedAggregate, C, E extends object, S>(
    aggregate: AggregateClass<A> | Decider<C, E, S>,
    version: number,
  ): Promise<number> {
    const model = typeof aggregate === 'function' ? classModel(aggregate) : deciderModel(aggregate);
    const problem = integerProblem(version, 1);
    if (problem !== null) throw new InvalidArgumentError('version', problem);
    const { snapshot } = model;
    if (snapshot && version === (snapshot.version ?? 1)) {
      throw new InvalidArgumentError(
        'version',
        'must be one that is not in use: raise the version of the snapshots first',
      );
    }
    return this.snapshots.drop(model as AggregateModel<unknown>, version);
  }

  private async saveNow(aggregate: EventSourcedAggregate, options: SaveOptions): Promise<AppendResult | undefined> {
    const history = historyOf(aggregate);
    if (history.stale !== undefined) throw new StaleAggregateError(aggregate.id, history.stale);
    const raised = [...history.raised];
    if (raised.length === 0) return undefined;
    const model = classModel(aggregate.constructor as AggregateClass<EventSourcedAggregate>);
    const stream = streamOf(model, tenantOfSave(history, options), aggregate.id);
    this.check(stream, raised);
    const { sequence } = history;
    const { key, condition } = options;
    // Now, since the object may raise further events while these are stored.
    const keepSnapshot = this.snapshotDue(model, stream, aggregate, sequence, raised.length);
    const drafts = raised.map((data) => ({ data }));
    const appended = await this.store.append(stream, drafts, { expectedSequence: sequence, key, condition });
    if (appended.repeated) {
      history.stale = 'what it raised was stored before, under the same key';
      return appended;
    }
    history.raised.splice(0, raised.length);
    history.sequence = appended.lastSequence;
    history.tenantId = stream.tenantId;
    await keepSnapshot?.(appended);
    return appended;
  }

  private check({ aggregateType }: StreamId, raised: readonly object[]): void {
    const listed = this.listed(aggregateType);
    if (listed) checkRaised(`The aggregate ${aggregateType} raised`, listed, raised);
  }

  /** Made now, and kept once the events that lead to the state are stored. */
  private snapshotDue<M>(
    model: AggregateModel<M>,
    stream: StreamId,
    state: M,
    before: number,
    raised: number,
  ): WhenStored | undefined {
    const json = this.snapshots.due(model, stream, state, before, before + raised);
    return json === undefined ? undefined : ({ events }) => this.snapshots.keep(model, stream, json, events.at(-1)!);
  }
}

function tenantOf({ tenantId }: { readonly tenantId?: TenantId }): TenantId {
  return tenantId === undefined ? TenantContext.requireTenantId() : createTenantId(tenantId);
}

/** An aggregate stays with the tenant that it was loaded or first saved for. */
function tenantOfSave({ tenantId }: AggregateHistory, options: SaveOptions): TenantId {
  if (tenantId === undefined) return tenantOf(options);
  if (options.tenantId !== undefined && options.tenantId !== tenantId) {
    throw new InvalidArgumentError('options.tenantId', 'must be the tenant that the aggregate belongs to');
  }
  return tenantId;
}

function streamOf<M>({ aggregateType }: AggregateModel<M>, tenantId: TenantId, aggregateId: string): StreamId {
  return { tenantId, aggregateType, aggregateId };
}

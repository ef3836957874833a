import { Command } from '@nestjs/cqrs';
import { describe, expectTypeOf, it } from 'vitest';
import {
  type AggregateCommandHandler,
  Apply,
  CommandHandler,
  type CommandReceipt,
  createTenantId,
  DomainEvent,
  type EventId,
  type FoldContext,
  type FoldHandler,
  FoldProjection,
  isEvent,
  type JsonValue,
  MapProjection,
  type Projections,
  Reactor,
  type ReactorContext,
  type RecordedEvent,
  type StreamId,
  type TenantId,
} from '../../lib/index.js';

@DomainEvent('type.opened')
class Opened {
  owner!: string;
}

@DomainEvent('type.paid')
class Paid {
  amount!: number;
}

class Open extends Command<CommandReceipt> {
  owner!: string;
}

interface Balance {
  amount: number;
}

@FoldProjection({ name: 'balance' })
class Balances implements FoldHandler<Balance> {
  init(): Balance {
    return { amount: 0 };
  }

  @Apply(Paid)
  paid(state: Balance, event: RecordedEvent<Paid>): Balance {
    return { amount: state.amount + event.data.amount };
  }

  @Apply(Opened, Paid)
  either(state: Balance, event: RecordedEvent<Opened | Paid>): Balance | null {
    return event.data instanceof Paid ? { amount: event.data.amount } : null;
  }

  @Apply(Paid)
  told(state: Balance, _event: RecordedEvent<Paid>, { foldId }: FoldContext): Balance {
    expectTypeOf(foldId).toEqualTypeOf<string>();
    return state;
  }

  // @ts-expect-error a fold is told no more than that
  @Apply(Paid)
  wrongContext(state: Balance, _event: RecordedEvent<Paid>, _context: { now: Date }): Balance {
    return state;
  }

  // @ts-expect-error the event is of another class
  @Apply(Opened)
  wrongEvent(state: Balance, _event: RecordedEvent<Paid>): Balance {
    return state;
  }

  // @ts-expect-error one of the events is of another class
  @Apply(Paid, Opened)
  wrongOneOfTwo(state: Balance, _event: RecordedEvent<Paid>): Balance {
    return state;
  }

  // @ts-expect-error the state is another one
  @Apply(Paid)
  wrongState(state: { other: string }): { other: string } {
    return state;
  }

  // @ts-expect-error a fold is pure, and answers at once
  @Apply(Paid)
  async promised(state: Balance): Promise<Balance> {
    return state;
  }
}

describe('inference from event class to handler', () => {
  it('narrows events', () => {
    const event = {} as RecordedEvent<Opened | Paid>;
    if (isEvent(event, Paid)) expectTypeOf(event.data.amount).toEqualTypeOf<number>();
    if (event.data instanceof Opened) expectTypeOf(event.data).toEqualTypeOf<Opened>();
  });

  it('brands ids', () => {
    expectTypeOf(createTenantId('x')).toEqualTypeOf<TenantId>();
    expectTypeOf<string>().not.toMatchTypeOf<TenantId>();
    expectTypeOf<TenantId>().not.toMatchTypeOf<EventId>();
    // @ts-expect-error a tenant is made by createTenantId()
    const stream: StreamId = { tenantId: 'acme', aggregateType: 't', aggregateId: 'a' };
    void stream;
  });

  it('types reads by the class of the projection', () => {
    const projections = {} as Projections;
    expectTypeOf(projections.get(Balances, 'id')).resolves.toEqualTypeOf<Balance | null>();
    expectTypeOf(projections.records(Payments, 'id'))
      .resolves.items.toHaveProperty('record')
      .toEqualTypeOf<{ paid: number }>();
    // @ts-expect-error a map is no fold
    void projections.get(Payments, 'id');
  });

  it('types receipts', () => {
    const receipt = {} as CommandReceipt;
    if (receipt.status === 'stored') expectTypeOf(receipt.lastSequence).toEqualTypeOf<number | null>();
    // @ts-expect-error only a stored command has a sequence
    else void receipt.lastSequence;
  });
});

@CommandHandler(Open, { type: 'open', aggregateId: ({ owner }) => owner })
export class OpenHandler implements AggregateCommandHandler<Open> {
  handle(command: Open): object[] {
    return [Object.assign(new Opened(), { owner: command.owner })];
  }
}

// @ts-expect-error it handles another command
@CommandHandler(Open, { type: 'open', aggregateId: ({ owner }) => owner })
export class WrongCommand {
  handle(_command: { amount: number }): object[] {
    return [];
  }
}

// @ts-expect-error the command has no such property
@CommandHandler(Open, { type: 'open', aggregateId: ({ nobody }) => nobody })
export class WrongAggregateId {
  handle(): object[] {
    return [];
  }
}

// @ts-expect-error a fold needs init()
@FoldProjection({ name: 'no_init' })
export class NoInit {}

@MapProjection({ name: 'payments', events: [Paid] })
class Payments {
  map(event: RecordedEvent<Paid>): { paid: number } | null {
    return { paid: event.data.amount };
  }
}

// @ts-expect-error it maps another event
@MapProjection({ name: 'wrong', events: [Opened] })
export class WrongMap {
  map(event: RecordedEvent<Paid>): number {
    return event.data.amount;
  }
}

// @ts-expect-error a map answers at once
@MapProjection({ name: 'late', events: [Paid] })
export class LateMap {
  async map(event: RecordedEvent<Paid>): Promise<{ paid: number }> {
    return { paid: event.data.amount };
  }
}

// @ts-expect-error a fold answers at once
@FoldProjection({ name: 'late_fold' })
export class LateFold {
  init(): Balance {
    return { amount: 0 };
  }
  async apply(state: Balance): Promise<Balance> {
    return state;
  }
}

// @ts-expect-error a fold begins at once
@FoldProjection({ name: 'late_init' })
export class LateInit {
  async init(): Promise<Balance> {
    return { amount: 0 };
  }
  apply(): null {
    return null;
  }
}

/** States and records of any JSON form are let through. */
@FoldProjection({ name: 'texts' })
export class Texts implements FoldHandler<readonly string[]> {
  init(): readonly string[] {
    return [];
  }
  apply(state: readonly string[], { type }: RecordedEvent): readonly string[] | null {
    return [...state, type];
  }
}

@FoldProjection({ name: 'any_json' })
export class AnyJson implements FoldHandler<JsonValue> {
  init(): JsonValue {
    return null;
  }
  apply(state: JsonValue): JsonValue {
    return state;
  }
}

@MapProjection({ name: 'numbers', events: [Paid] })
export class Numbers {
  map(event: RecordedEvent<Paid>): number | null {
    return event.data.amount;
  }
}

@MapProjection({ name: 'any_json_map', events: [Paid] })
export class AnyJsonMap {
  map(): JsonValue {
    return null;
  }
}

@Reactor({ name: 'right', fold: Balances, events: [Paid] })
export class RightReactor {
  handle(event: RecordedEvent<Paid>, { state }: ReactorContext<Balance>): void {
    expectTypeOf(event.data.amount).toEqualTypeOf<number>();
    expectTypeOf(state).toEqualTypeOf<Balance | null>();
  }
}

// @ts-expect-error it reacts to another event
@Reactor({ name: 'wrong_event', fold: Balances, events: [Opened] })
export class WrongReactorEvent {
  handle(_event: RecordedEvent<Paid>): void {}
}

// @ts-expect-error its fold has another state
@Reactor({ name: 'wrong_state', fold: Balances, events: [Paid] })
export class WrongReactorState {
  handle(_event: RecordedEvent<Paid>, _context: ReactorContext<{ other: string }>): void {}
}

// @ts-expect-error a map is no fold
@Reactor({ name: 'no_fold', fold: Payments })
export class NoFold {
  handle(): void {}
}

@Reactor({ name: 'durable', fold: Balances, events: [Paid], durable: true, exact: true, delayMs: 5 })
export class DurableReactor {
  handle(event: RecordedEvent<Paid>, { state }: ReactorContext<Balance>): void {
    expectTypeOf(event.data.amount).toEqualTypeOf<number>();
    expectTypeOf(state).toEqualTypeOf<Balance | null>();
  }
}

// @ts-expect-error a durable reactor reacts to every event
@Reactor({ name: 'durable_quiet', fold: Balances, durable: true, dedupe: { key: () => 'k', forMs: 5 } })
export class DurableAndQuiet {
  handle(): void {}
}

// @ts-expect-error a cursor cannot pass what was not done
@Reactor({ name: 'durable_aside', fold: Balances, durable: true, whenExhausted: 'dead-letter' })
export class DurableAndAside {
  handle(): void {}
}

@Reactor({ name: 'filtered', fold: Balances, events: [Opened, Paid], when: ({ data }) => data instanceof Paid })
export class FilteredReactor {
  handle(event: RecordedEvent<Opened | Paid>): void {
    expectTypeOf(event.data).toEqualTypeOf<Opened | Paid>();
  }
}

@Reactor({ name: 'filtered_one', fold: Balances, events: [Paid], when: ({ data }) => data.amount > 9 })
export class FilteredOne {
  handle(): void {}
}

// @ts-expect-error its events have no such property
@Reactor({ name: 'wrong_filter', fold: Balances, events: [Opened], when: ({ data }) => data.amount > 9 })
export class WrongFilter {
  handle(): void {}
}

// @ts-expect-error a filter answers at once
@Reactor({ name: 'late_filter', fold: Balances, events: [Paid], when: async () => true })
export class LateFilter {
  handle(): void {}
}

const byAggregate = ({ aggregateId }: RecordedEvent): string => aggregateId;

@Reactor({
  name: 'debounced',
  fold: Balances,
  events: [Paid],
  debounce: { key: byAggregate, delayMs: 5, maxWaitMs: 9 },
})
export class DebouncedReactor {
  handle(event: RecordedEvent<Paid>, { state }: ReactorContext<Balance>): void {
    expectTypeOf(event.data.amount).toEqualTypeOf<number>();
    expectTypeOf(state).toEqualTypeOf<Balance | null>();
  }
}

@Reactor({ name: 'throttled', fold: Balances, throttle: { key: byAggregate, everyMs: 5 } })
export class ThrottledReactor {
  handle(): void {}
}

@Reactor({ name: 'deduplicated', fold: Balances, dedupe: { key: byAggregate, forMs: 5 } })
export class DeduplicatedReactor {
  handle(): void {}
}

@Reactor({ name: 'delayed', fold: Balances, delayMs: 5 })
export class DelayedReactor {
  handle(): void {}
}

// @ts-expect-error a reactor has one timing
@Reactor({ name: 'two', fold: Balances, delayMs: 5, dedupe: { key: byAggregate, forMs: 5 } })
export class TwoTimings {
  handle(): void {}
}

// @ts-expect-error a throttle has an interval
@Reactor({ name: 'no_interval', fold: Balances, throttle: { key: byAggregate } })
export class NoInterval {
  handle(): void {}
}

// @ts-expect-error a dedupe has a key
@Reactor({ name: 'no_key', fold: Balances, dedupe: { forMs: 5 } })
export class NoKey {
  handle(): void {}
}

// @ts-expect-error its timing changes nothing about its event
@Reactor({ name: 'wrong_timed', fold: Balances, events: [Opened], throttle: { key: byAggregate, everyMs: 5 } })
export class WrongTimedReactor {
  handle(_event: RecordedEvent<Paid>): void {}
}

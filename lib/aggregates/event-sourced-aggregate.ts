import { DECIDED_ON, type DecidedOn, type Decision, WHEN_STORED, type WhenStored } from '../commands/decision.js';
import { historyOf } from './aggregate-history.js';
import { applyEvent } from './apply-event.js';
import { asRead } from './as-read.js';
import { StaleAggregateError } from './stale-aggregate.error.js';

/**
 * An aggregate as a class: its methods decide and `raise` events, and its `@Apply` methods change its state. A class with
 * `@Aggregate` whose constructor takes the id.
 *
 * ```ts
 * @Aggregate({ type: 'account', snapshot: { every: 100 } })
 * class BankAccount extends EventSourcedAggregate {
 *   private balance = 0;
 *
 *   deposit(amount: number): void {
 *     if (amount <= 0) throw new CommandRejectedError('The amount must be positive', { reason: 'NOT_POSITIVE' });
 *     this.raise(MoneyDeposited.of(amount));
 *   }
 *
 *   @Apply(MoneyDeposited)
 *   protected deposited({ amount }: MoneyDeposited): void {
 *     this.balance += amount;
 *   }
 * }
 * ```
 *
 * Nothing but `@Apply` methods may change the state: they are all that runs when it is loaded. A command handler may
 * return the aggregate: what it raised is stored only if nobody has appended to its stream meanwhile; else the command
 * is handled again.
 *
 * @publicApi
 */
export abstract class EventSourcedAggregate implements Decision {
  constructor(readonly id: string) {}

  /** The last stored sequence that the state holds; 0 when there is none. What was raised since is not counted. */
  get sequence(): number {
    return historyOf(this).sequence;
  }

  /** What was raised and is not stored yet, in order. */
  get raised(): readonly object[] {
    return [...historyOf(this).raised];
  }

  /** @internal */
  get [DECIDED_ON](): DecidedOn {
    return { tenantId: historyOf(this).tenantId, aggregateId: this.id };
  }

  /** @internal */
  get [WHEN_STORED](): WhenStored | undefined {
    return historyOf(this).whenStored?.();
  }

  /**
   * Applies an event, as it will be read, and keeps it for the next save.
   *
   * @param event an instance of a `@DomainEvent` class
   * @throws StaleAggregateError when the object must be loaded anew
   * @throws InvalidEventError when it is no event, or not JSON
   */
  protected raise(event: object): void {
    const history = historyOf(this);
    if (history.stale !== undefined) throw new StaleAggregateError(this.id, history.stale);
    applyEvent(this, asRead(event));
    history.raised.push(event);
  }

  /** The state that a snapshot keeps: a JSON value. @default all properties but `id`; those with `#` are not among them */
  toSnapshot(): unknown {
    const { id: _id, ...state } = this as Record<string, unknown> & { id: string };
    return state;
  }

  /** Takes over what `toSnapshot` gave, as JSON gives it back. @default sets the properties */
  fromSnapshot(state: unknown): void {
    Object.assign(this, state);
  }
}

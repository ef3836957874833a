import {
  Aggregate,
  Apply,
  CommandRejectedError,
  type Decider,
  DomainEvent,
  EventSourcedAggregate,
} from '../../lib/index.js';

@DomainEvent('bank.account_opened')
export class AccountOpened {
  readonly initialDeposit!: number;

  static of(initialDeposit: number): AccountOpened {
    return Object.assign(new AccountOpened(), { initialDeposit });
  }
}

@DomainEvent('bank.money_deposited')
export class MoneyDeposited {
  readonly amount!: number;
  readonly at?: Date;

  static of(amount: number): MoneyDeposited {
    return Object.assign(new MoneyDeposited(), { amount, at: new Date(0) });
  }
}

@DomainEvent('bank.money_withdrawn')
export class MoneyWithdrawn {
  readonly amount!: number;

  static of(amount: number): MoneyWithdrawn {
    return Object.assign(new MoneyWithdrawn(), { amount });
  }
}

@DomainEvent('bank.account_closed')
export class AccountClosed {}

export const BANK_EVENTS = [AccountOpened, MoneyDeposited, MoneyWithdrawn, AccountClosed];

function reject(reason: string): never {
  throw new CommandRejectedError(reason, { reason });
}

/** The account of the usual example, as a class. */
@Aggregate<BankAccount>({ type: 'account', snapshot: { every: 3, when: ({ balance }) => balance > 1_000_000 } })
export class BankAccount extends EventSourcedAggregate {
  balance = 0;
  isOpen = false;
  /** Order-sensitive: of two states with one balance it tells how they came about. */
  trail = 0;
  lastDepositAt?: unknown = undefined;

  open(initialDeposit: number): void {
    if (this.isOpen) reject('Account already open');
    this.raise(AccountOpened.of(initialDeposit));
  }

  deposit(amount: number): void {
    if (!this.isOpen) reject('Account not open');
    if (amount <= 0) reject('Amount must be positive');
    this.raise(MoneyDeposited.of(amount));
  }

  withdraw(amount: number): void {
    if (!this.isOpen) reject('Account not open');
    if (amount <= 0) reject('Amount must be positive');
    if (this.balance < amount) reject('Insufficient funds');
    this.raise(MoneyWithdrawn.of(amount));
  }

  close(): void {
    if (!this.isOpen) reject('Account not open');
    if (this.balance > 0) reject('Cannot close account with positive balance');
    this.raise(new AccountClosed());
  }

  /** Raises what is no event. */
  misbehave(event: object): void {
    this.raise(event);
  }

  @Apply(AccountOpened)
  protected opened({ initialDeposit }: AccountOpened): void {
    this.isOpen = true;
    this.balance = initialDeposit;
    this.note(initialDeposit);
  }

  @Apply(MoneyDeposited)
  protected deposited({ amount, at }: MoneyDeposited): void {
    this.balance += amount;
    this.lastDepositAt = at;
    this.note(amount);
  }

  @Apply(MoneyWithdrawn)
  protected withdrawn({ amount }: MoneyWithdrawn): void {
    this.balance -= amount;
    this.note(-amount);
  }

  @Apply(AccountClosed)
  protected closed(): void {
    this.isOpen = false;
    this.note(7);
  }

  private note(value: number): void {
    this.trail = (this.trail * 31 + value) % 1_000_003;
  }
}

export interface AccountState {
  readonly balance: number;
  readonly isOpen: boolean;
  readonly trail: number;
}

export type AccountCommand =
  | { readonly type: 'open'; readonly initialDeposit: number }
  | { readonly type: 'deposit'; readonly amount: number }
  | { readonly type: 'withdraw'; readonly amount: number }
  | { readonly type: 'nothing' };

type AccountEvent = AccountOpened | MoneyDeposited | MoneyWithdrawn | AccountClosed;

/** The same account as a decider. */
export const accountDecider: Decider<AccountCommand, AccountEvent, AccountState> = {
  aggregateType: 'account',
  snapshot: { every: 3 },
  initialState: () => ({ balance: 0, isOpen: false, trail: 0 }),
  decide(command, { balance, isOpen }) {
    switch (command.type) {
      case 'open':
        return isOpen ? reject('Account already open') : [AccountOpened.of(command.initialDeposit)];
      case 'deposit':
        return isOpen ? [MoneyDeposited.of(command.amount)] : reject('Account not open');
      case 'withdraw':
        return balance < command.amount ? reject('Insufficient funds') : [MoneyWithdrawn.of(command.amount)];
      case 'nothing':
        return [];
    }
  },
  evolve(state, event) {
    const change = changeOf(event);
    return {
      balance: event instanceof AccountOpened ? event.initialDeposit : state.balance + change,
      isOpen: event instanceof AccountOpened || (state.isOpen && !(event instanceof AccountClosed)),
      trail: (state.trail * 31 + change) % 1_000_003,
    };
  },
};

function changeOf(event: AccountEvent): number {
  if (event instanceof AccountOpened) return event.initialDeposit;
  if (event instanceof MoneyDeposited) return event.amount;
  return event instanceof MoneyWithdrawn ? -event.amount : 0;
}

import { AssertionError } from 'node:assert';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type AggregateCommandHandler,
  type AggregateRepository,
  Apply,
  type CommandContext,
  CommandHandler,
  type DomainEvents,
  type FoldHandler,
  FoldProjection,
  PermanentError,
  Reactor,
  type ReactorContext,
  type ReactorHandler,
  type RecordedEvent,
} from '../../../lib/index.js';
import { specifyCommandHandler, specifyFold, specifyReactor } from '../../../lib/testing.js';
import { AccountOpened, BankAccount, MoneyDeposited, MoneyWithdrawn } from '../../support/bank-account.js';

class Withdraw {
  tenantId = 'acme';
  accountId!: string;
  amount!: number;
  at!: Date;

  static of(accountId: string, amount: number): Withdraw {
    return Object.assign(new Withdraw(), { accountId, amount, at: new Date(0) });
  }
}

const told: CommandContext[] = [];

@CommandHandler(Withdraw, { type: 'account.withdraw', aggregateId: (command) => command.accountId })
class WithdrawHandler implements AggregateCommandHandler<Withdraw> {
  constructor(private readonly aggregates: AggregateRepository) {}

  async handle({ amount, at }: Withdraw, context: CommandContext): Promise<BankAccount> {
    told.push(context);
    expect(at).toBe('1970-01-01T00:00:00.000Z');
    const account = await this.aggregates.load(BankAccount, context.aggregateId);
    if (amount > 0) account.withdraw(amount);
    return account;
  }
}

@CommandHandler(Withdraw, { type: 'account.withdraw_twice', aggregateId: (command) => command.accountId })
class WithdrawTwiceHandler implements AggregateCommandHandler<Withdraw> {
  handle({ amount }: Withdraw): DomainEvents {
    if (amount < 0) throw new TypeError('broken');
    if (amount === 0) return 'nothing' as never;
    return [MoneyWithdrawn.of(amount), MoneyWithdrawn.of(amount)];
  }
}

describe('specifyCommandHandler', () => {
  const aggregateType = 'account';
  const withdraw = specifyCommandHandler(({ aggregates }) => new WithdrawHandler(aggregates), { aggregateType });
  beforeEach(() => void told.splice(0));

  it('lets it read what is given, of the aggregate that the command is for', async () => {
    const withdrawn = await withdraw.given(AccountOpened.of(100)).when(Withdraw.of('a', 30), { attempt: 2 });
    withdrawn.thenEvents(MoneyWithdrawn.of(30));
    const acme = { tenantId: 'acme', aggregateType, aggregateId: 'a', attempt: 2, commandId: 'specified' };
    expect(told).toMatchObject([acme]);
    expect(() => withdrawn.thenEvents(MoneyWithdrawn.of(31))).toThrow(AssertionError);
    expect(() => withdrawn.thenNothing()).toThrow(AssertionError);
    expect(() => withdrawn.thenRejects()).toThrow(/was not rejected/);
    (await withdraw.given(AccountOpened.of(100)).when(Withdraw.of('a', 0))).thenNothing();
  });

  it('tells of rejections', async () => {
    const rejected = await withdraw.given(AccountOpened.of(100)).when(Withdraw.of('a', 101));
    rejected.thenRejects('Insufficient funds').thenRejects();
    expect(() => rejected.thenRejects('another')).toThrow(AssertionError);
    expect(() => rejected.thenNothing()).toThrow(/It was rejected/);
    (await withdraw.given().when(Withdraw.of('a', 1))).thenRejects('Account not open');
  });

  it('takes handlers that need nothing, and shows what they throw or answer by mistake', async () => {
    const twice = specifyCommandHandler(new WithdrawTwiceHandler());
    (await twice.given().when(Withdraw.of('a', 1))).thenEvents(MoneyWithdrawn.of(1), MoneyWithdrawn.of(1));
    const broken = await twice.given().when(Withdraw.of('a', -1));
    expect(() => broken.thenRejects()).toThrow('broken');
    const nonsense = await twice.given().when(Withdraw.of('a', 0));
    expect(() => nonsense.thenNothing()).toThrow(expect.objectContaining({ code: 'INVALID_DECISION' }));
    await expect(
      specifyCommandHandler({ handle: () => [] })
        .given()
        .when({}),
    ).rejects.toThrow(/@CommandHandler/);
    await expect(twice.given({}).when(Withdraw.of('a', 1))).rejects.toMatchObject({ code: 'INVALID_EVENT' });
  });
});

interface Balance {
  readonly balance: number;
  readonly last: string | null;
}

@FoldProjection({ name: 'balances', key: (event) => event.aggregateId })
class Balances implements FoldHandler<Balance> {
  init(): Balance {
    return { balance: 0, last: null };
  }
  @Apply(AccountOpened)
  opened({ balance }: Balance, { data, occurredAt }: RecordedEvent<AccountOpened>): Balance {
    return { balance: balance + data.initialDeposit, last: occurredAt.toISOString() };
  }
  @Apply(MoneyDeposited)
  deposited({ balance }: Balance, { data, occurredAt }: RecordedEvent<MoneyDeposited>): Balance | null {
    if (data.amount < 0) throw new PermanentError('no');
    return data.amount === 0 ? null : { balance: balance + data.amount, last: occurredAt.toISOString() };
  }
}

describe('specifyFold', () => {
  const balances = specifyFold(new Balances(), { time: 0 });

  it('compares the state, whatever else the stream holds', async () => {
    const deposited = { data: MoneyDeposited.of(2), occurredAt: new Date(5) };
    await balances
      .given(AccountOpened.of(1), MoneyWithdrawn.of(1), deposited, MoneyWithdrawn.of(2))
      .thenState({ balance: 3, last: '1970-01-01T00:00:00.005Z' });
    await balances.given(AccountOpened.of(1), MoneyDeposited.of(0)).thenState(null);
    await balances.given().thenState(null);
    const opened = balances.given(AccountOpened.of(1));
    await expect(opened.thenState({ balance: 2, last: null })).rejects.toThrow(AssertionError);
    await expect(opened.thenFails()).rejects.toThrow(/did not fail/);
  });

  it('tells of what it cannot take', async () => {
    const failing = balances.given(AccountOpened.of(1), MoneyDeposited.of(-1));
    await failing.thenFails();
    await failing.thenFails('PERMANENT');
    await expect(failing.thenFails('ANOTHER')).rejects.toThrow('no');
    await expect(failing.thenState(null)).rejects.toThrow('no');
    await expect(
      specifyFold({ init: () => 0 })
        .given(AccountOpened.of(1))
        .thenState(0),
    ).rejects.toThrow(/@FoldProjection/);
  });

  it('finds a fold that answers differently when it is called twice', async () => {
    @FoldProjection({ name: 'counting' })
    class Counting implements FoldHandler<number> {
      private calls = 0;
      init = (): number => 0;
      apply(): number {
        return (this.calls += 1);
      }
    }
    await specifyFold(new Counting()).given(AccountOpened.of(1)).thenFails('IMPURE_FOLD');
  });

  it('finds a fold that remembers more than its state', async () => {
    @FoldProjection({ name: 'remembering' })
    class Remembering implements FoldHandler<{ highest: number }> {
      private highest = 0;
      init = (): { highest: number } => ({ highest: 0 });
      apply(state: { highest: number }, { sequence }: RecordedEvent): { highest: number } {
        this.highest = Math.max(this.highest, sequence);
        return state.highest === 0 ? { highest: this.highest } : state;
      }
    }
    const remembering = specifyFold(new Remembering()).given(AccountOpened.of(1), MoneyDeposited.of(1));
    await expect(remembering.thenState({ highest: 1 })).rejects.toThrow(/Delivered .* another state/);
  });
});

describe('specifyReactor', () => {
  const calls: (ReactorContext<Balance> & { readonly eventType: string })[] = [];

  @Reactor({
    name: 'tell',
    fold: Balances,
    events: [MoneyDeposited],
    when: ({ data }) => data.amount > 10,
    debounce: { key: ({ aggregateId }) => aggregateId, delayMs: 1_000 },
  })
  class Tell implements ReactorHandler<Balance, MoneyDeposited> {
    handle(event: RecordedEvent<MoneyDeposited>, context: ReactorContext<Balance>): void {
      if (event.data.amount > 1_000) throw new PermanentError('too much');
      calls.push({ ...context, eventType: event.type });
    }
  }
  const tell = specifyReactor(new Tell(), { aggregateId: 'a' });
  beforeEach(() => void calls.splice(0));

  it('calls it with the event, and the state after it', async () => {
    const reaction = await tell.given(AccountOpened.of(1), MoneyDeposited.of(20)).when(MoneyDeposited.of(30));
    reaction.thenReacts();
    expect(calls).toMatchObject([
      { aggregateId: 'a', foldId: 'a', foldSequence: 3, state: { balance: 51 }, attempt: 1 },
    ]);
    expect(() => reaction.thenIgnores()).toThrow(/is wanted/);
    expect(() => reaction.thenFails()).toThrow(/did not fail/);
  });

  it('keeps out what it does not want', async () => {
    for (const event of [MoneyDeposited.of(10), AccountOpened.of(100)]) {
      const reaction = await tell.given(AccountOpened.of(1)).when(event);
      reaction.thenIgnores();
      expect(() => reaction.thenReacts()).toThrow(/not wanted/);
      expect(() => reaction.thenFails()).toThrow(/not wanted/);
    }
    expect(calls).toEqual([]);
  });

  it('tells of failures, and takes a fold that cannot be made without dependencies', async () => {
    const failed = await specifyReactor(new Tell(), { fold: new Balances() }).given().when(MoneyDeposited.of(2_000));
    failed.thenFails('PERMANENT');
    expect(() => failed.thenFails('ANOTHER')).toThrow('too much');
    expect(() => failed.thenReacts()).toThrow('too much');
    await expect(
      specifyReactor({ handle: () => {} })
        .given()
        .when(AccountOpened.of(1)),
    ).rejects.toThrow(/@Reactor/);
  });
});

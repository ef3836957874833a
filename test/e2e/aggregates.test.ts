import { Injectable, Module, type INestApplication } from '@nestjs/common';
import { Command, CommandBus, CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type AggregateCommandHandler,
  AggregateRepository,
  Apply,
  CommandHandler,
  type CommandReceipt,
  CommandRejectedError,
  Commands,
  createTenantId,
  type Decision,
  EventSourcingModule,
  EventStore,
  FoldProjection,
  type FoldHandler,
  memory,
  Projections,
  type RecordedEvent,
} from '../../lib/index.js';
import { AccountOpened, BANK_EVENTS, BankAccount, MoneyDeposited, MoneyWithdrawn } from '../support/bank-account.js';
import type { Storage } from '../../lib/storage/storage.js';
import { STORAGE } from '../../lib/storage/storage.token.js';
import { eventually } from '../support/eventually.js';

const tenantId = createTenantId('acme');
const stream = { tenantId, aggregateType: 'account', aggregateId: 'a-1' };

class Withdraw extends Command<CommandReceipt> {
  readonly tenantId = tenantId;
  constructor(readonly amount: number) {
    super();
  }
}

@Injectable()
class Intruder {
  /** What somebody else does between load and append, once. */
  act: (() => Promise<unknown>) | undefined;
}

@CommandHandler(Withdraw, { type: 'account.withdraw', aggregateId: () => 'a-1' })
class WithdrawHandler implements AggregateCommandHandler<Withdraw> {
  constructor(
    private readonly accounts: AggregateRepository,
    private readonly intruder: Intruder,
  ) {}

  async handle({ amount }: Withdraw): Promise<BankAccount> {
    const account = await this.accounts.load(BankAccount, 'a-1');
    account.withdraw(amount);
    const { act } = this.intruder;
    this.intruder.act = undefined;
    await act?.();
    return account;
  }
}

/** Of two accounts: the rule is about the sum. */
class WithdrawFromBoth extends Command<CommandReceipt> {
  readonly tenantId = tenantId;
  constructor(readonly amount: number) {
    super();
  }
}

@CommandHandler(WithdrawFromBoth, { type: 'account.withdraw_from_both', aggregateId: () => 'both' })
class WithdrawFromBothHandler implements AggregateCommandHandler<WithdrawFromBoth> {
  constructor(
    private readonly events: EventStore,
    private readonly intruder: Intruder,
  ) {}

  async handle({ amount }: WithdrawFromBoth): Promise<Decision> {
    const query = { types: ['bank.account_opened', 'bank.money_deposited', 'bank.money_withdrawn'] };
    let after = await this.events.position(tenantId);
    let sum = 0;
    for await (const { data, position } of this.events.readAll({ tenantId, query })) {
      if (data instanceof AccountOpened) sum += data.initialDeposit;
      if (data instanceof MoneyDeposited) sum += data.amount;
      if (data instanceof MoneyWithdrawn) sum -= data.amount;
      after = position;
    }
    const { act } = this.intruder;
    this.intruder.act = undefined;
    await act?.();
    if (sum < amount) throw new CommandRejectedError('Insufficient funds', { reason: 'INSUFFICIENT_FUNDS' });
    return { raised: [MoneyWithdrawn.of(amount)], condition: { query, after } };
  }
}

@FoldProjection({ name: 'balances' })
class Balances implements FoldHandler<{ total: number }> {
  init() {
    return { total: 0 };
  }

  @Apply(AccountOpened)
  opened(_: { total: number }, { data }: RecordedEvent<AccountOpened>) {
    return { total: data.initialDeposit };
  }

  @Apply(MoneyDeposited)
  deposited({ total }: { total: number }, { data }: RecordedEvent<MoneyDeposited>) {
    return { total: total + data.amount };
  }
}

@Module({
  imports: [EventSourcingModule.forFeature({ pipeline: 'banking', aggregateType: 'account', events: BANK_EVENTS })],
  providers: [WithdrawHandler, WithdrawFromBothHandler, Balances, Intruder],
})
class BankingModule {}

let app: INestApplication;

beforeEach(async () => {
  const imports = [CqrsModule.forRoot(), EventSourcingModule.forRoot({ eventStore: memory() }), BankingModule];
  app = (await Test.createTestingModule({ imports }).compile()).createNestApplication();
  await app.init();
  const account = new BankAccount('a-1');
  account.open(100);
  await app.get(AggregateRepository).save(account, { tenantId });
});
afterEach(() => app.close());

it('stores what the aggregate raised that a handler returns', async () => {
  const receipt = await app.get(CommandBus).execute(new Withdraw(30));
  expect(receipt).toMatchObject({ status: 'stored', lastSequence: 2 });
  expect((await app.get(AggregateRepository).load(BankAccount, 'a-1', { tenantId })).balance).toBe(70);
});

it('keeps a snapshot of the aggregate that a handler returns, when one is due', async () => {
  const { projections } = app.get<Storage>(STORAGE);
  const key = { tenantId, projection: '$snapshots:account:BankAccount', version: 1, id: 'a-1' };
  await app.get(CommandBus).execute(new Withdraw(30));
  expect(await projections.load([key])).toEqual([null]);
  await app.get(CommandBus).execute(new Withdraw(10));
  expect(await projections.load([key])).toMatchObject([{ sequence: 3, state: { state: { balance: 60 } } }]);
});

it('decides a command again when somebody else has appended meanwhile', async () => {
  app.get(Intruder).act = async () => {
    const account = await app.get(AggregateRepository).load(BankAccount, 'a-1', { tenantId });
    account.withdraw(80);
    await app.get(AggregateRepository).save(account);
  };
  await expect(app.get(Commands).run(new Withdraw(30))).rejects.toMatchObject({ code: 'COMMAND_REJECTED' });
  expect(await app.get(EventStore).head(stream)).toBe(2);
});

it('decides a command again when what it was decided on has changed in another stream', async () => {
  const commands = app.get(Commands);
  expect(await commands.run(new WithdrawFromBoth(30))).toMatchObject({ status: 'stored', lastSequence: 1 });
  app.get(Intruder).act = async () => {
    const account = await app.get(AggregateRepository).load(BankAccount, 'a-1', { tenantId });
    account.withdraw(60);
    await app.get(AggregateRepository).save(account);
  };
  await expect(commands.run(new WithdrawFromBoth(50))).rejects.toMatchObject({ reason: 'INSUFFICIENT_FUNDS' });
  expect(await app.get(EventStore).head({ ...stream, aggregateId: 'both' })).toBe(1);
});

it('lets projections follow what is saved', async () => {
  const account = await app.get(AggregateRepository).load(BankAccount, 'a-1', { tenantId });
  account.deposit(11);
  await app.get(AggregateRepository).save(account);
  await eventually(async () => {
    expect(await app.get(Projections).get(Balances, 'a-1', { tenantId })).toEqual({ total: 111 });
  });
});

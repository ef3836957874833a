import { Module, type Provider, type Type } from '@nestjs/common';
import { Command, CommandBus, CommandHandlerNotFoundException, CqrsModule } from '@nestjs/cqrs';
import { expect, it } from 'vitest';
import {
  AggregateRepository,
  CommandFailedError,
  CommandHandler,
  type CommandReceipt,
  Commands,
  createTenantId,
  type Decision,
  EventSourcingModule,
  EventStore,
  InvalidArgumentError,
  InvalidDecisionError,
  InvalidEventError,
  Projections,
} from '../../lib/index.js';
import { start } from '../support/apps.js';
import { accountDecider, AccountOpened, BANK_EVENTS, BankAccount } from '../support/bank-account.js';
import { Added, acme, Reset, Totals } from '../support/counter-app.js';

const globex = createTenantId('globex');

class Deposit extends Command<CommandReceipt> {
  readonly tenantId = acme;
  constructor(
    readonly account: string,
    readonly amount: number,
  ) {
    super();
  }
}

const account = (aggregateId: string, tenantId = acme) => ({ tenantId, aggregateType: 'account', aggregateId });

/** An application with accounts and counters. */
function bank(providers: readonly Provider[]): Type {
  @Module({
    imports: [EventSourcingModule.forFeature({ pipeline: 'banking', aggregateType: 'account', events: BANK_EVENTS })],
    providers: [...providers],
  })
  class BankingModule {}
  @Module({
    imports: [
      EventSourcingModule.forFeature({ pipeline: 'counting', aggregateType: 'counter', events: [Added, Reset] }),
    ],
    providers: [Totals],
  })
  class CountingModule {}
  @Module({ imports: [CqrsModule.forRoot(), EventSourcingModule.forRoot(), BankingModule, CountingModule] })
  class AppModule {}
  return AppModule;
}

/** A handler of deposits that does as it is told. */
function depositing(decide: (command: Deposit, accounts: AggregateRepository) => Promise<object[] | Decision>): Type {
  @CommandHandler(Deposit, { type: 'account.deposit', aggregateId: (command) => command.account })
  class DepositHandler {
    constructor(private readonly accounts: AggregateRepository) {}

    handle(command: Deposit): Promise<object[] | Decision> {
      return decide(command, this.accounts);
    }
  }
  return DepositHandler;
}

it('refuses a command without a handler, whoever is asked', async () => {
  const app = await start(bank([]));
  await expect((async () => app.get(CommandBus).execute(new Deposit('a', 1)))()).rejects.toBeInstanceOf(
    CommandHandlerNotFoundException,
  );
  const run = app.get(Commands).run(new Deposit('a', 1));
  await expect(run).rejects.toBeInstanceOf(InvalidArgumentError);
  await expect(run).rejects.toThrow(/must be of a class that has a @CommandHandler/);
});

it.each([
  ['a text', 'opened', /Event string is invalid: it is not an instance/],
  ['a plain object', { initialDeposit: 1 }, /Event Object is invalid: it is not an instance/],
  ['nothing', undefined, /is invalid: it is not an instance/],
  ['null', null, /is invalid: it is not an instance/],
])('fails a command whose handler returns %s among its events, and stores none of them', async (_, wrong, message) => {
  const handler = depositing(async () => [AccountOpened.of(1), wrong as object]);
  const app = await start(bank([handler]));
  const failed = app.get(CommandBus).execute(new Deposit('a', 1));
  await expect(failed).rejects.toBeInstanceOf(CommandFailedError);
  await expect(failed).rejects.toMatchObject({ failureCode: 'INVALID_EVENT', kind: 'permanent' });
  await expect(failed).rejects.toThrow(message);
  expect(await app.get(EventStore).head(account('a'))).toBe(0);
});

it('fails a command whose handler returns an event of another pipeline', async () => {
  let calls = 0;
  const app = await start(
    bank([
      depositing(async () => {
        calls += 1;
        return [Added.of(1)];
      }),
    ]),
  );
  const failed = app.get(CommandBus).execute(new Deposit('a', 1));
  await expect(failed).rejects.toMatchObject({ failureCode: 'FOREIGN_EVENT', kind: 'permanent' });
  await expect(failed).rejects.toThrow(
    /DepositHandler\.handle\(\) returned Added, which the pipeline 'banking' does not/,
  );
  expect(calls).toBe(1);
  expect(await app.get(EventStore).head(account('a'))).toBe(0);
  expect(await app.get(Projections).get(Totals, 'a', { tenantId: acme })).toBeNull();
});

it.each([
  ['of another tenant', globex, 'a', /with the tenantId globex, and its command is for acme/],
  ['of another id', acme, 'b', /with the aggregateId b, and its command is for a\./],
] as const)('fails a command whose handler returns an aggregate %s', async (_, tenantId, id, message) => {
  const handler = depositing(async ({ amount }, accounts) => {
    const loaded = await accounts.load(BankAccount, id, { tenantId });
    loaded.deposit(amount);
    return loaded;
  });
  const app = await start(bank([handler]));
  // Both stand at the same sequence, so that nothing else tells them apart.
  for (const one of [account('a'), account('a', globex), account('b')]) {
    await app.get(EventStore).append(one, [{ data: AccountOpened.of(5) }]);
  }
  const failed = app.get(CommandBus).execute(new Deposit('a', 1));
  await expect(failed).rejects.toMatchObject({ failureCode: 'WRONG_AGGREGATE', kind: 'permanent' });
  await expect(failed).rejects.toThrow(message);
  for (const one of [account('a'), account('a', globex), account('b')]) {
    expect(await app.get(EventStore).head(one)).toBe(1);
  }
});

it('does not save an aggregate of one tenant as that of another', async () => {
  const app = await start(bank([]));
  const accounts = app.get(AggregateRepository);
  const one = new BankAccount('a');
  one.open(5);
  await accounts.save(one, { tenantId: acme });
  one.deposit(1);
  await expect(accounts.save(one, { tenantId: globex })).rejects.toBeInstanceOf(InvalidArgumentError);
  expect(await app.get(EventStore).head(account('a', globex))).toBe(0);
});

it('stores nothing that a decider does not return as a list, or that the pipeline of its aggregate does not list', async () => {
  const app = await start(bank([]));
  const accounts = app.get(AggregateRepository);
  const decide = (decided: unknown) =>
    accounts.decide({ ...accountDecider, decide: () => decided as [] }, 'a', { type: 'nothing' }, { tenantId: acme });
  for (const decided of [undefined, null, AccountOpened.of(1), Promise.resolve([AccountOpened.of(1)])]) {
    await expect(decide(decided)).rejects.toBeInstanceOf(InvalidDecisionError);
  }
  await expect(decide(Promise.resolve([]))).rejects.toThrow('decide() of account returned a promise');
  await expect(decide([Added.of(1)])).rejects.toMatchObject({ code: 'FOREIGN_EVENT', event: 'Added' });
  await expect(decide([{}])).rejects.toBeInstanceOf(InvalidEventError);

  const one = new BankAccount('a');
  one.misbehave(Added.of(1));
  await expect(accounts.save(one, { tenantId: acme })).rejects.toMatchObject({ code: 'FOREIGN_EVENT' });
  expect(await app.get(EventStore).head(account('a'))).toBe(0);
});

it('tells apart a decider that refuses from one that breaks', async () => {
  const broken = { ...accountDecider, decide: () => (undefined as never as { length: number[] }).length };
  const handler = depositing(async ({ amount, account: id }, accounts) => {
    const decider = amount === 1 ? accountDecider : (broken as never as typeof accountDecider);
    await accounts.decide(decider, id, { type: 'deposit', amount });
    return [];
  });
  const app = await start(bank([handler]));
  const commands = app.get(Commands);
  // The account was never opened.
  await expect(commands.run(new Deposit('a', 1))).rejects.toMatchObject({ code: 'COMMAND_REJECTED' });
  const failed = commands.run(new Deposit('a', 2));
  await expect(failed).rejects.toBeInstanceOf(CommandFailedError);
  await expect(failed).rejects.toMatchObject({ failureCode: 'UNKNOWN' });
  await expect(failed).rejects.toThrow(/undefined/);
  expect(await app.get(EventStore).head(account('a'))).toBe(0);
});

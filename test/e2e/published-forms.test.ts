import { afterEach, describe, expect, it } from 'vitest';
import { definePipeline, EventSourcing, type FoldProjectionDefinition } from '../../lib/compat.js';
import { createTenantId, GroupQueue, memory, type PositionedEvent } from '../../lib/index.js';
import { createForTesting, TestClock, type TestingApplication } from '../../lib/testing.js';
import { AccountOpened, BANK_EVENTS, MoneyDeposited, MoneyWithdrawn } from '../support/bank-account.js';
import { collect } from '../support/collect.js';
import { eventually } from '../support/eventually.js';

const tenantId = createTenantId('acme');
const account = (aggregateId: string) => ({ tenantId, aggregateType: 'account', aggregateId });

let es: TestingApplication | undefined;
afterEach(async () => es?.close());

type AccountEvent = AccountOpened | MoneyDeposited | MoneyWithdrawn;

interface AccountReadModel {
  readonly id: string;
  readonly balance: number;
  readonly transactionCount: number;
  readonly lastActivity: number;
}

const accounts: FoldProjectionDefinition<AccountReadModel, AccountEvent> = {
  init: () => ({ id: '', balance: 0, transactionCount: 0, lastActivity: 0 }),
  apply: ({ balance, transactionCount }, event) => ({
    id: event.aggregateId,
    balance: balance + changeOf(event.data),
    transactionCount: transactionCount + 1,
    lastActivity: event.occurredAt.getTime(),
  }),
};

function changeOf(event: AccountEvent): number {
  if (event instanceof AccountOpened) return event.initialDeposit;
  return event instanceof MoneyDeposited ? event.amount : -event.amount;
}

const bankOf = () =>
  new EventSourcing().register(
    definePipeline()
      .withName('banking')
      .withAggregateType('account')
      .withEvents(...BANK_EVENTS)
      .build(),
  );

describe('a store of events', () => {
  it('appends at an expected version, and reads one aggregate, one type, and all by pages', async () => {
    es = await createForTesting({ imports: [bankOf().module], logger: false });
    const { eventStore } = es;
    const open = [{ data: AccountOpened.of(1_000) }, { data: MoneyDeposited.of(500) }];
    await eventStore.append(account('acc-123'), open, { expectedSequence: 0 });
    await eventStore.append(account('acc-123'), [{ data: MoneyWithdrawn.of(200) }], { expectedSequence: 2 });
    await expect(
      eventStore.append(account('acc-123'), [{ data: MoneyWithdrawn.of(1) }], { expectedSequence: 2 }),
    ).rejects.toMatchObject({ code: 'WRONG_EXPECTED_SEQUENCE' });
    await eventStore.append(account('acc-456'), open, { expectedSequence: 0 });

    expect(await eventStore.head(account('acc-123'))).toBe(3);
    const behindFirst = await collect(eventStore.read(account('acc-123'), { from: 2 }));
    expect(behindFirst.map(({ sequence, type }) => [sequence, type])).toEqual([
      [2, 'bank.money_deposited'],
      [3, 'bank.money_withdrawn'],
    ]);

    const ofType = await collect(eventStore.readAll({ tenantId, query: { types: ['bank.money_deposited'] } }));
    expect(ofType.map(({ aggregateId }) => aggregateId)).toEqual(['acc-123', 'acc-456']);

    const pages: string[][] = [];
    let page: PositionedEvent[] = [];
    do {
      page = await collect(eventStore.readAll({ tenantId, limit: 2, after: page.at(-1)?.position }));
      pages.push(page.map(({ aggregateId, sequence }) => `${aggregateId}#${sequence}`));
    } while (page.length > 0);
    expect(pages).toEqual([['acc-123#1', 'acc-123#2'], ['acc-123#3', 'acc-456#1'], ['acc-456#2'], []]);
  });
});

describe('a pipeline of accounts', () => {
  const pipelineOf = (notify: (...told: unknown[]) => void) =>
    definePipeline()
      .withName('banking')
      .withAggregateType('account')
      .withEvents(AccountOpened, MoneyDeposited, MoneyWithdrawn)
      .withFoldProjection('accounts', accounts)
      .withMapProjection('deposits', {
        events: [MoneyDeposited],
        map: (event) => ({ id: event.id, amount: event.data.amount, at: event.occurredAt.getTime() }),
      })
      .withReactor('accounts', 'notify', {
        handle: ({ aggregateId, sequence }, { state }) => notify(aggregateId, sequence, state?.balance),
        options: { debounce: { key: ({ aggregateId }) => `notify:${aggregateId}`, delayMs: 500, maxWaitMs: 500 } },
      })
      .build();

  it('keeps a read model and records, and tells of a burst once, after the delay', async () => {
    const told: unknown[][] = [];
    const clock = new TestClock();
    const registered = new EventSourcing().register(pipelineOf((...what) => told.push(what)));
    es = await createForTesting({ imports: [registered.module], eventStore: memory(), clock, logger: false });
    const [first, last] = [new Date(1_000), new Date(2_000)];
    await es.eventStore.append(account('acc-123'), [
      { data: AccountOpened.of(1_000), occurredAt: first },
      { data: MoneyDeposited.of(500), occurredAt: first },
      { data: MoneyWithdrawn.of(200), occurredAt: last },
    ]);
    await es.eventStore.append(account('acc-456'), [{ data: AccountOpened.of(7), occurredAt: last }]);

    const one = { id: 'acc-123', balance: 1_300, transactionCount: 3, lastActivity: 2_000 };
    const other = { id: 'acc-456', balance: 7, transactionCount: 1, lastActivity: 2_000 };
    await eventually(async () => {
      const { items } = await es!.projections.list('accounts', { tenantId });
      expect(items.map(({ state }) => state)).toEqual([one, other]);
      // Nothing is left but the two reactions, which wait.
      expect(await es!.app.get(GroupQueue).depth()).toMatchObject({ jobs: 2, running: 0 });
    });
    expect(told).toEqual([]);
    await clock.advance(500);
    await es.settled();
    expect(told).toHaveLength(2);
    expect(told).toEqual(
      expect.arrayContaining([
        ['acc-123', 3, 1_300],
        ['acc-456', 1, 7],
      ]),
    );

    expect(await es.projections.get('accounts', 'acc-123', { tenantId })).toEqual(one);
    expect(await es.projections.get('accounts', 'nobody', { tenantId })).toBeNull();
    const [deposit, ...none] = await es.projections.records('deposits', 'acc-123', { tenantId });
    expect(none).toEqual([]);
    expect(deposit).toMatchObject({ sequence: 2, record: { id: deposit!.eventId, amount: 500, at: 1_000 } });
  });
});

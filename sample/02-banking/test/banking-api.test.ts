import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccountDto } from '../src/account/account.dto.js';
import type { AccountPageDto } from '../src/features/list-accounts/list-accounts.dto.js';
import type {
  MonthDto,
  MonthlyAnalyticsPageDto,
  TurnoverDto,
} from '../src/features/monthly-analytics/monthly-analytics.dto.js';
import { BankClient, type Problem } from './support/bank-client.js';
import { startBank, type RunningBank } from './support/start-bank.js';
import { STORES, type StoreEnvironment } from './support/stores.js';

describe.each(Object.entries(STORES))('the bank on %s', (_name, openStore) => {
  let store: StoreEnvironment;
  let running: RunningBank;
  let bank: BankClient;

  beforeAll(async () => {
    store = await openStore();
    running = await startBank(store.env);
  });
  afterAll(async () => {
    await running?.app.close();
    await store?.stop();
  });
  beforeEach(() => {
    bank = new BankClient(running.url, `bank-${randomUUID()}`);
  });

  it('opens accounts, and moves money into, out of and between them', async () => {
    const ann = await bank.open('Ann', 10_000);
    const bob = await bank.open('Bob', 0, { accountType: 'savings' });
    expect((await bank.post(`/accounts/${ann}/deposits`, { amountCents: 550 })).status).toBe(200);
    expect((await bank.post(`/accounts/${ann}/withdrawals`, { amountCents: 50, currency: 'USD' })).status).toBe(200);
    const transfer = { fromAccountId: ann, toAccountId: bob, amountCents: 2_500 };
    expect((await bank.post('/transfers', transfer)).body).toMatchObject({ accountId: ann, eventCount: 1 });
    expect(await bank.account(ann)).toMatchObject({ customerName: 'Ann', balanceCents: 8_000, transactionCount: 4 });
    expect(await bank.account(bob)).toEqual({
      accountId: bob,
      customerName: 'Bob',
      accountType: 'savings',
      currency: 'USD',
      balanceCents: 2_500,
      status: 'open',
      transactionCount: 2,
      openedAt: expect.stringMatching(/^\d{4}-/) as string,
      lastActivityAt: expect.stringMatching(/^\d{4}-/) as string,
    });
  });

  it('closes what is empty, and moves nothing into or out of it any more', async () => {
    const ann = await bank.open('Ann', 10);
    expect(await bank.post(`/accounts/${ann}/close`)).toMatchObject({
      status: 422,
      body: { code: 'ACCOUNT_NOT_EMPTY' },
    });
    await bank.post(`/accounts/${ann}/withdrawals`, { amountCents: 10 });
    expect((await bank.post(`/accounts/${ann}/close`)).status).toBe(200);
    expect(await bank.account(ann)).toMatchObject({ status: 'closed', balanceCents: 0 });
    const again = await bank.post(`/accounts/${ann}/deposits`, { amountCents: 10 });
    expect(again).toMatchObject({ status: 422, body: { code: 'ACCOUNT_CLOSED' } });
    expect((await bank.post('/accounts', { customerName: 'ann' })).body.code).toBe('NAME_TAKEN');
  });

  it('says which rule says no', async () => {
    const ann = await bank.open('Ann', 100);
    const eve = await bank.open('Eve', 0, { currency: 'EUR' });
    const answers: [string, object, number, string][] = [
      ['/accounts', { customerName: ' ANN ' }, 409, 'NAME_TAKEN'],
      ['/accounts', { customerName: 'B' }, 422, 'NAME_TOO_SHORT'],
      ['/accounts', { customerName: 'Bo', initialDepositCents: -1 }, 422, 'AMOUNT_NEGATIVE'],
      ['/accounts', { customerName: 'Bo', initialDepositCents: 100_000_001 }, 422, 'AMOUNT_TOO_HIGH'],
      [`/accounts/${ann}/deposits`, { amountCents: 0 }, 422, 'AMOUNT_NOT_POSITIVE'],
      [`/accounts/${ann}/deposits`, { amountCents: 5, currency: 'GBP' }, 422, 'CURRENCY_MISMATCH'],
      ['/accounts/nobody/deposits', { amountCents: 5 }, 404, 'ACCOUNT_NOT_FOUND'],
      [`/accounts/${ann}/withdrawals`, { amountCents: 101 }, 422, 'INSUFFICIENT_FUNDS'],
      [`/accounts/${ann}/withdrawals`, { amountCents: 1_000_001 }, 422, 'AMOUNT_TOO_HIGH'],
      ['/transfers', { fromAccountId: ann, toAccountId: ann, amountCents: 1 }, 422, 'SAME_ACCOUNT'],
      ['/transfers', { fromAccountId: ann, toAccountId: eve, amountCents: 1 }, 422, 'CURRENCY_MISMATCH'],
      ['/transfers', { fromAccountId: ann, toAccountId: 'nobody', amountCents: 1 }, 404, 'ACCOUNT_NOT_FOUND'],
    ];
    for (const [path, body, status, code] of answers) {
      expect(await bank.post(path, body), `${path} ${JSON.stringify(body)}`).toMatchObject({ status, body: { code } });
    }
    expect(await bank.get('/accounts/nobody')).toMatchObject({ status: 404, body: { code: 'ACCOUNT_NOT_FOUND' } });
    expect(await bank.balance(ann)).toBe(100);
  });

  it('refuses what is no request, and names the fields', async () => {
    const ann = await bank.open('Ann', 100);
    const fields = async (path: string, body: unknown): Promise<readonly string[]> => {
      const answer = await bank.post<Problem>(path, body);
      expect(answer.status, JSON.stringify(body)).toBe(400);
      return [...new Set(answer.body.errors!.map(({ field }) => field))];
    };
    expect(await fields('/accounts', {})).toEqual(['customerName']);
    expect(await fields('/accounts', { customerName: 'Bob', accountType: 'gold', currency: 'CHF' })).toEqual([
      'accountType',
      'currency',
    ]);
    expect(await fields('/accounts', { customerName: 'x'.repeat(101) })).toEqual(['customerName']);
    expect(await fields('/accounts', { customerName: 'Bob', accountId: 'mine' })).toEqual(['accountId']);
    for (const amountCents of [1.5, '5', null, undefined, 2 ** 60 * 1.1e300, {}]) {
      expect(await fields(`/accounts/${ann}/deposits`, { amountCents })).toEqual(['amountCents']);
    }
    expect(await fields('/transfers', { fromAccountId: 'A B', toAccountId: '', amountCents: 1 })).toEqual([
      'fromAccountId',
      'toAccountId',
    ]);
    expect(await fields('/accounts/A%20B/deposits', { amountCents: 1 })).toEqual(['accountId']);
    expect((await bank.post('/accounts', '{"customerName":')).status).toBe(400);
    expect((await bank.post('/accounts', 'x', { contentType: 'text/plain' })).status).toBe(415);
    expect((await bank.post('/accounts', { customerName: 'x'.repeat(200_000) })).status).toBe(413);
    expect((await new BankClient(running.url, '').get('/accounts')).status).toBe(400);
    for (const query of ['page=0', 'pageSize=101', 'sort=state', 'status=gone', 'unknown=1']) {
      expect((await bank.get(`/accounts?${query}`)).status, query).toBe(400);
    }
    for (const query of ['months=0', 'year=x']) {
      expect((await bank.get(`/analytics/monthly?${query}`)).status, query).toBe(400);
    }
    expect((await bank.get(`/accounts/${ann}?at=yesterday`)).status).toBe(400);
  });

  it('does a request once that is repeated with its key', async () => {
    const key = randomUUID();
    const [first, again] = [
      await bank.post('/accounts', { customerName: 'Ann', initialDepositCents: 5 }, { key }),
      await bank.post('/accounts', { customerName: 'Ann', initialDepositCents: 5 }, { key }),
    ];
    expect(first.status).toBe(200);
    expect(again).toEqual(first);
    const ann = first.body.accountId;
    const bob = await bank.open('Bob');
    const transfer = { fromAccountId: ann, toAccountId: bob, amountCents: 5 };
    // The second one would find nothing left, if it were decided.
    for (let repeat = 0; repeat < 2; repeat += 1) {
      expect((await bank.post('/transfers', transfer, { key: 't-1' })).status).toBe(200);
    }
    expect(await bank.balance(bob)).toBe(5);
  });

  it('never overdraws, and gives a name once, whatever comes at once', async () => {
    const [ann, bob] = [await bank.open('Ann', 1_000), await bank.open('Bob')];
    const payments = Array.from({ length: 30 }, (_, index) =>
      index % 2 === 0
        ? bank.post(`/accounts/${ann}/withdrawals`, { amountCents: 100 })
        : bank.post('/transfers', { fromAccountId: ann, toAccountId: bob, amountCents: 100 }),
    );
    const paid = await Promise.all(payments);
    expect(paid.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(paid.filter(({ body }) => body.code === 'INSUFFICIENT_FUNDS')).toHaveLength(20);
    expect(await bank.balance(ann)).toBe(0);

    const opened = await Promise.all(Array.from({ length: 10 }, () => bank.post('/accounts', { customerName: 'Eve' })));
    expect(opened.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(opened.filter(({ body }) => body.code === 'NAME_TAKEN')).toHaveLength(9);
  });

  it('lists accounts in pages, by what they are', async () => {
    for (const [name, cents, more] of [
      ['Ann', 300, {}],
      ['Bob', 200, { accountType: 'savings' }],
      ['Cid', 100, { currency: 'EUR' }],
      ['Dan', 0, {}],
    ] as const) {
      await bank.open(name, cents, more);
    }
    const names = async (query: string): Promise<readonly [number, string]> => {
      const { status, body } = await bank.get<AccountPageDto>(`/accounts?${query}`);
      expect(status, query).toBe(200);
      return [body.total, body.items.map(({ customerName }) => customerName).join()];
    };
    const { body: dans } = await bank.get<AccountPageDto>('/accounts?customerName=Dan');
    await bank.post(`/accounts/${dans.items[0]!.accountId}/close`);
    expect(await names('')).toEqual([4, 'Ann,Bob,Cid,Dan']);
    expect(await names('sort=balanceCents&direction=desc&pageSize=2')).toEqual([4, 'Ann,Bob']);
    expect(await names('sort=balanceCents&direction=desc&pageSize=2&page=2')).toEqual([4, 'Cid,Dan']);
    expect(await names('accountType=savings')).toEqual([1, 'Bob']);
    expect(await names('currency=EUR')).toEqual([1, 'Cid']);
    expect(await names('status=closed')).toEqual([1, 'Dan']);
    expect(await names('status=open&sort=openedAt')).toEqual([3, 'Ann,Bob,Cid']);
    expect((await new BankClient(running.url, 'another').get<AccountPageDto>('/accounts')).body.total).toBe(0);
  });

  it('counts month by month', async () => {
    const [ann, bob, eve] = [await bank.open('Ann', 1_000), await bank.open('Bob'), await bank.open('Eve', 7, EUR)];
    await bank.post(`/accounts/${ann}/deposits`, { amountCents: 30 });
    await bank.post(`/accounts/${eve}/withdrawals`, { amountCents: 7 });
    await bank.post('/transfers', { fromAccountId: ann, toAccountId: bob, amountCents: 250 });
    await bank.post(`/accounts/${eve}/close`);
    const { body } = await bank.get<MonthlyAnalyticsPageDto>('/analytics/monthly');
    // One month, unless it ends in the middle of this test.
    const sum = (count: (month: MonthDto) => number): number => body.items.reduce((all, one) => all + count(one), 0);
    const cents = (currency: string, what: keyof Omit<TurnoverDto, 'currency'>): number =>
      sum(({ turnover }) => turnover.find((one) => one.currency === currency)?.[what] ?? 0);
    expect([sum((one) => one.accountsOpened), sum((one) => one.accountsClosed)]).toEqual([3, 1]);
    expect([sum((one) => one.deposits), sum((one) => one.withdrawals), sum((one) => one.transfers)]).toEqual([1, 1, 1]);
    expect([cents('USD', 'depositedCents'), cents('USD', 'withdrawnCents')]).toEqual([1_030, 0]);
    expect([cents('EUR', 'depositedCents'), cents('EUR', 'withdrawnCents')]).toEqual([7, 7]);
    expect([cents('USD', 'transferredCents'), cents('EUR', 'transferredCents')]).toEqual([250, 0]);
    const last = body.items.at(-1)!;
    expect(last.totalAccounts).toBe(2);
    expect(last.month).toBe((await bank.account(eve)).lastActivityAt.slice(0, 7));
    const of = async (query: string) => (await bank.get<MonthlyAnalyticsPageDto>(`/analytics/monthly?${query}`)).body;
    expect(await of(`year=${last.month.slice(0, 4)}&months=1`)).toEqual({ items: [last] });
    expect(await of('year=1999')).toEqual({ items: [] });
  });

  it('knows an account as it was', async () => {
    const ann = await bank.open('Ann', 100);
    const { openedAt } = await bank.account(ann);
    let account: AccountDto;
    // Until the clock of the store has gone on.
    do {
      await bank.post(`/accounts/${ann}/deposits`, { amountCents: 1 });
      account = await bank.account(ann);
    } while (account.lastActivityAt === openedAt);
    const asOpened = (await bank.get<AccountDto>(`/accounts/${ann}?at=${openedAt}`)).body;
    expect(asOpened.lastActivityAt).toBe(openedAt);
    expect(asOpened.balanceCents).toBeLessThan(account.balanceCents);
    expect((await bank.get<AccountDto>(`/accounts/${ann}?at=${account.lastActivityAt}`)).body).toEqual(account);
    expect((await bank.get(`/accounts/${ann}?at=2000-01-01T00:00:00Z`)).status).toBe(404);
  });
});

const EUR = { currency: 'EUR' };

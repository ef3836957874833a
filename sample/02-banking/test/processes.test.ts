import { rm } from 'node:fs/promises';
import { createTenantId, EventStore } from '@event-sourcing/nestjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountsOf } from '../src/account/accounts-of.js';
import { changeOf } from '../src/account/change-of.js';
import { AccountOpened } from '../src/account/events/account-opened.event.js';
import type { AccountEvent } from '../src/account/events/account-events.js';
import { MoneyTransferred } from '../src/account/events/money-transferred.event.js';
import type { AccountPageDto } from '../src/features/list-accounts/list-accounts.dto.js';
import { BankClient } from './support/bank-client.js';
import { buildDir, buildSample, BankProcess } from './support/bank-process.js';
import { eventually } from './support/eventually.js';
import { startBank } from './support/start-bank.js';
import { startServer, type StoreEnvironment } from './support/stores.js';

const PROCESSES = 4;
const ACCOUNTS = 5;
const INITIAL_CENTS = 10_000;
const TRANSFERS_EACH = 80;
/** Requests of one process that are under way together. */
const AT_ONCE = 8;
const NAMES = 12;

/** Stored, refused by a rule, or decided again so often that it was given up. */
const EXPECTED = new Set([200, 422, 503]);

describe(`${PROCESSES} processes on one PostgreSQL`, () => {
  const outDir = buildDir();
  let store: StoreEnvironment;
  let processes: readonly BankProcess[] = [];

  beforeAll(async () => {
    [store] = await Promise.all([startServer(), buildSample(outDir)]);
    processes = await Promise.all(Array.from({ length: PROCESSES }, () => BankProcess.start(outDir, store.env)));
  });
  afterAll(async () => {
    await Promise.all(processes.map((one) => one.stop('SIGKILL')));
    await store?.stop();
    await rm(outDir, { recursive: true, force: true });
  });

  const clients = (tenant: string): readonly BankClient[] => processes.map(({ url }) => new BankClient(url, tenant));

  /** The log, in its order, as an application of its own reads it. */
  async function eventsOf(tenant: string): Promise<readonly AccountEvent[]> {
    const { app } = await startBank(store.env);
    try {
      const events: AccountEvent[] = [];
      const read = app.get(EventStore).readAll({ tenantId: createTenantId(tenant) });
      for await (const { data } of read) events.push(data as AccountEvent);
      return events;
    } finally {
      await app.close();
    }
  }

  it('overdraw no account and lose no cent, however many transfers come at once', async () => {
    const banks = clients('transfers');
    const ids = await Promise.all(
      Array.from({ length: ACCOUNTS }, (_, index) =>
        banks[index % PROCESSES]!.open(`Customer ${index}`, INITIAL_CENTS),
      ),
    );
    let stored = 0;
    const refused = new Set<string>();
    const pay = async (bank: BankClient, number: number): Promise<void> => {
      const from = number % ACCOUNTS;
      const to = (from + 1 + (number % (ACCOUNTS - 1))) % ACCOUNTS;
      // More than half of what an account began with, so that of two at once the second finds too little.
      const amountCents = Math.round(INITIAL_CENTS * (0.55 + (number % 3) / 10));
      const { status, body } = await bank.post('/transfers', {
        fromAccountId: ids[from],
        toAccountId: ids[to],
        amountCents,
      });
      expect(EXPECTED, JSON.stringify(body)).toContain(status);
      if (status === 200) stored += 1;
      else refused.add(body.code!);
    };
    await Promise.all(
      banks.flatMap((bank) =>
        Array.from({ length: AT_ONCE }, async (_, lane) => {
          for (let number = lane; number < TRANSFERS_EACH; number += AT_ONCE) await pay(bank, number);
        }),
      ),
    );
    expect(stored).toBeGreaterThan(0);
    expect(refused).toContain('INSUFFICIENT_FUNDS');

    const balances = new Map<string, number>();
    const events = await eventsOf('transfers');
    for (const event of events) {
      for (const id of accountsOf(event)) {
        balances.set(id, (balances.get(id) ?? 0) + changeOf(event, id));
        expect(balances.get(id), `${id} after ${JSON.stringify(event)}`).toBeGreaterThanOrEqual(0);
      }
    }
    expect(events.filter((event) => event instanceof MoneyTransferred)).toHaveLength(stored);
    expect([...balances.values()].reduce((sum, one) => sum + one, 0)).toBe(ACCOUNTS * INITIAL_CENTS);

    // Every process shows the same in the end, whichever stored what.
    const expected = ids.map((id) => balances.get(id));
    for (const bank of banks) {
      await eventually(
        () => Promise.all(ids.map((id) => bank.balance(id))),
        (shown) => JSON.stringify(shown) === JSON.stringify(expected),
      );
    }
  });

  it('open one account for each name', async () => {
    const banks = clients('names');
    const names = Array.from({ length: NAMES }, (_, index) => `Customer ${index}`);
    const answers = await Promise.all(
      names.flatMap((customerName) => banks.map((bank) => bank.post('/accounts', { customerName }))),
    );
    for (const { status, body } of answers) {
      expect([200, 409, 503], JSON.stringify(body)).toContain(status);
      if (status === 409) expect(body.code).toBe('NAME_TAKEN');
    }
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(NAMES);
    const opened = (await eventsOf('names')).filter((event) => event instanceof AccountOpened);
    expect(opened.map(({ customerName }) => customerName).toSorted()).toEqual(names.toSorted());
    for (const bank of banks) {
      await eventually(
        async () => (await bank.get<AccountPageDto>('/accounts')).body.total,
        (total) => total === NAMES,
      );
    }
  });
});

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { buildDir, buildSample } from './support/bank-process.js';
import { eventually } from './support/eventually.js';
import { MenuProcess } from './support/menu-process.js';
import { STORES, startServer, type StoreEnvironment } from './support/stores.js';

const outDir = buildDir();
const stores: StoreEnvironment[] = [];
let menu: MenuProcess | undefined;

beforeAll(() => buildSample(outDir));
afterEach(() => menu?.kill());
afterAll(async () => {
  for (const store of stores) await store.stop();
  await rm(outDir, { recursive: true, force: true });
});

async function start(open: () => Promise<StoreEnvironment>): Promise<[MenuProcess, StoreEnvironment]> {
  const store = await open();
  stores.push(store);
  menu = MenuProcess.start(outDir, store.env);
  await menu.shows('Your choice: ');
  return [menu, store];
}

const opens = (name: string, cents: string, currency = '') =>
  [
    ["Customer's name: ", name],
    ['Type (checking, savings) [checking]: ', ''],
    ['Currency (USD, EUR, GBP) [USD]: ', currency],
    ['Initial deposit [0]: ', cents],
  ] as const;

it('serves customers, tells them of rules, and rebuilds what it shows, on the embedded PostgreSQL', async () => {
  const [first, store] = await start(STORES['the embedded PostgreSQL']!);
  expect(await first.chooses(7)).toContain('0 accounts:');
  expect(await first.chooses(8)).toContain('Nothing has happened yet.');
  expect(await first.chooses(1, ...opens('Ann', '100.50'))).toMatch(
    /[0-9a-f]{12} {2}Ann, checking: 100\.50 USD \(open\)/,
  );
  expect(await first.chooses(1, ...opens('Bob', ''))).toContain('Bob, checking: 0.00 USD (open)');
  expect(await first.chooses(1, ...opens('ann', ''))).toContain('Not done: There is an account of ann already.');
  expect(await first.chooses(1, ...opens('Eve', '1', 'chf').slice(0, 3))).toContain('must be one of USD, EUR, GBP');

  const account = "Account (id or customer's name): ";
  const deposit = await first.chooses(2, [account, 'Bob'], ['Amount: ', '1,000']);
  expect(deposit).toContain('Bob, checking: 1,000.00 USD (open)');
  const [bob] = /[0-9a-f]{12}/.exec(deposit)!;
  expect(await first.chooses(3, [account, bob], ['Amount: ', '0.01'])).toContain('999.99 USD');
  expect(await first.chooses(3, [account, bob], ['Amount: ', '1000'])).toContain('Not done: Insufficient funds');
  expect(await first.chooses(3, [account, bob], ['Amount: ', 'much'])).toContain('Not done: An amount is a number');
  expect(await first.chooses(2, [account, 'No One'], ['Amount: ', '1'])).toContain('Not done: ');

  const from = "From (id or customer's name): ";
  const to = "To (id or customer's name): ";
  const transfer = await first.chooses(4, [from, 'Bob'], [to, 'Ann'], ['Amount: ', '999.99']);
  expect(transfer).toContain('Bob, checking: 0.00 USD (open)');
  expect(transfer).toContain('Ann, checking: 1,100.49 USD (open)');
  const [, ann] = /([0-9a-f]{12}) {2}Ann/.exec(transfer)!;
  expect(await first.chooses(5, [account, 'Ann'])).toContain('Not done: There is still 1,100.49 USD in the account.');
  expect(await first.chooses(5, [account, 'Bob'])).toContain('Bob, checking: 0.00 USD (closed)');
  expect(await first.chooses(6, [account, 'Bob'])).toContain('4 transactions');
  expect(await first.chooses(6, [account, 'nobody'])).toContain('There is no account nobody.');
  first.types('x');
  expect(await first.shows('Your choice: ')).toContain('Choose one of the numbers, not "x".');

  const accounts = await first.chooses(7);
  expect(accounts).toContain('2 accounts:');
  const analytics = await first.chooses(8);
  expect(analytics).toContain('2 opened, 1 closed, 1 open at the end');
  expect(analytics).toContain('1 deposits, 1 withdrawals, 1 transfers');
  expect(analytics).toContain('USD: 1,100.50 in, 0.01 out, 999.99 transferred');

  // Nothing is built anew unless it is wanted.
  expect(await first.chooses(9, ['Which? (nothing goes back): ', ''])).not.toContain('%');
  const which = ['Which? (nothing goes back): ', '3'] as const;
  expect(await first.chooses(9, which, ['Go on? (y/N): ', 'n'])).not.toContain('%');

  const rebuilt = await first.chooses(9, which, ['Go on? (y/N): ', 'y']);
  const done = /\[#{20}\] 100 % {2}6 of 6 events, 2 of 2 accounts, \d+\/s \(complete\)/.source;
  expect(rebuilt).toMatch(new RegExp(`account_overview@2 ${done}`));
  expect(rebuilt).toMatch(new RegExp(`monthly_analytics@2 ${done}`));
  expect(await first.chooses(7)).toBe(accounts);
  expect(await first.chooses(8)).toBe(analytics);

  const again = await first.chooses(9, ['Which? (nothing goes back): ', '1'], ['Go on? (y/N): ', 'y']);
  expect(again).toMatch(new RegExp(`account_overview@3 ${done}`));
  expect(again).not.toContain('monthly_analytics');
  first.types('0');
  await first.shows('Goodbye.');
  expect(await first.end()).toBe(0);

  // What was built is there at the next start, and what is stored follows.
  menu = MenuProcess.start(outDir, store.env);
  expect(await menu.shows('Your choice: ')).not.toContain('%');
  expect(await menu.chooses(7)).toBe(accounts);
  expect(await menu.chooses(2, [account, 'Ann'], ['Amount: ', '0.51'])).toContain('1,101.00 USD');
  expect(await menu.chooses(7)).toContain('1,101.00 USD');
  // Ctrl+D
  menu.types('\u0004');
  await menu.shows('Goodbye.');
  expect(await menu.end()).toBe(0);

  // Without the counts it is version 1 again, whose rows are gone and are folded anew.
  await rm(join(store.env['DATA_DIR']!, 'rebuilds.json'));
  menu = MenuProcess.start(outDir, store.env);
  await menu.shows('Your choice: ');
  expect(await menu.chooses(2, [account, ann!], ['Amount: ', '0.01'])).toContain('1,101.01 USD');
  menu.types('0');
  await menu.shows('Goodbye.');
  expect(await menu.end()).toBe(0);
});

it('works on a PostgreSQL server, for the bank that TENANT names, and ends with Ctrl+C', async () => {
  const server = await startServer();
  const [one] = await start(async () => server);
  await one.chooses(1, ...opens('Ann', '5'));
  expect(await one.chooses(9, ['Which? ', '2'], ['Go on? (y/N): ', 'y'])).toContain(
    'monthly_analytics@2 [####################]',
  );
  expect(await one.chooses(8)).toContain('USD: 5.00 in');
  one.types('\u0003');
  await one.shows('Goodbye.');
  expect(await one.end()).toBe(0);

  menu = MenuProcess.start(outDir, { ...server.env, TENANT: 'other' });
  expect(await menu.shows('Your choice: ')).toContain('The bank "other" opens');
  expect(await menu.chooses(7)).toContain('0 accounts:');
  menu.types('0');
  await menu.shows('Goodbye.');
  expect(await menu.end()).toBe(0);
});

it('ends when its terminal is gone', async () => {
  const [left] = await start(startServer);
  expect(left.isRunning).toBe(true);
  left.hangUp();
  await eventually(
    async () => left.isRunning,
    (isRunning) => !isRunning,
  );
});

it('goes on with a rebuild that was killed, and shows the same after it', async () => {
  const [killed, store] = await start(startServer);
  await killed.chooses(1, ...opens('Ann', '5'));
  await killed.chooses(1, ...opens('Bob', '7'));
  const accounts = await killed.chooses(7);
  killed.types('9');
  await killed.shows('Which? ');
  killed.types('3');
  await killed.shows('Go on? (y/N): ');
  killed.types('y');
  await killed.shows('account_overview@2');
  killed.kill();
  await killed.end();

  menu = MenuProcess.start(outDir, store.env);
  await menu.shows('Your choice: ');
  expect(await menu.chooses(7)).toBe(accounts);
  expect(await menu.chooses(2, ["Account (id or customer's name): ", 'Ann'], ['Amount: ', '1'])).toContain('6.00 USD');
  expect(await menu.chooses(8)).toContain('USD: 13.00 in');
  menu.types('0');
  await menu.shows('Goodbye.');
  expect(await menu.end()).toBe(0);
});

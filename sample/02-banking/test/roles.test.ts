import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestRedis, type TestRedis } from '../../../test/support/redis-server.js';
import { API_DOCS_PATH } from '../src/configure-app.js';
import { BankClient } from './support/bank-client.js';
import { BankProcess, buildDir, buildSample } from './support/bank-process.js';
import { startServer, type StoreEnvironment } from './support/stores.js';

const outDir = buildDir();
let store: StoreEnvironment;
let redis: TestRedis;
let processes: readonly BankProcess[] = [];

beforeAll(async () => {
  [store, redis] = await Promise.all([startServer(), startTestRedis(), buildSample(outDir)]);
  const env = { ...store.env, REDIS_URL: `redis://${redis.host}:${redis.port}` };
  processes = await Promise.all(
    ['web', 'worker'].map((role) => BankProcess.start(outDir, { ...env, EVENT_SOURCING_ROLE: role })),
  );
});
afterAll(async () => {
  await Promise.all(processes.map((one) => one.stop('SIGKILL')));
  await Promise.all([store?.stop(), redis?.stop()]);
  await rm(outDir, { recursive: true, force: true });
});

it('serves in a web process what a worker beside it does, as compose.yaml starts them', async () => {
  const { url } = processes[0]!;
  expect((await fetch(`${url}/${API_DOCS_PATH}`)).status).toBe(200);
  const bank = new BankClient(url);
  const [ann, bob] = [await bank.open('Ann', 10_000), await bank.open('Bob')];
  const transfer = { fromAccountId: ann, toAccountId: bob, amountCents: 6_000 };
  expect(await bank.post('/transfers', transfer)).toMatchObject({ status: 200 });
  expect(await bank.post('/transfers', transfer)).toMatchObject({ status: 422, body: { code: 'INSUFFICIENT_FUNDS' } });
  expect([await bank.balance(ann), await bank.balance(bob)]).toEqual([4_000, 6_000]);
});

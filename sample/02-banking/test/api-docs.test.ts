import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBank, type RunningBank } from './support/start-bank.js';

interface Operation {
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: object }>>;
}

const COMMANDS: readonly (readonly [string, readonly string[]])[] = [
  ['POST /accounts', ['409', '422']],
  ['POST /accounts/{accountId}/close', ['404', '422']],
  ['POST /accounts/{accountId}/deposits', ['404', '422']],
  ['POST /accounts/{accountId}/withdrawals', ['404', '422']],
  ['POST /transfers', ['404', '422']],
];
const READS = ['GET /accounts', 'GET /accounts/{accountId}', 'GET /analytics/monthly'];

let running: RunningBank;
let operations: ReadonlyMap<string, Operation>;
let schemas: Readonly<Record<string, { readonly properties?: object; readonly required?: readonly string[] }>>;

beforeAll(async () => {
  running = await startBank({ STORE: 'memory' });
  const { paths, components } = (await (await fetch(`${running.url}/api-json`)).json()) as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: typeof schemas };
  };
  operations = new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
    ),
  );
  schemas = components.schemas;
});

afterAll(async () => {
  await running.app.close();
});

describe('the API docs', () => {
  it('name every endpoint, its bank, and the parts of its path', () => {
    expect([...operations.keys()].toSorted()).toEqual([...COMMANDS.map(([name]) => name), ...READS].toSorted());
    for (const [name, { parameters, responses }] of operations) {
      expect(parameters, name).toContainEqual(expect.objectContaining({ name: 'x-tenant-id', in: 'header' }));
      const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, part]) => part);
      const documented = parameters.filter((one) => one.in === 'path').map((one) => one.name);
      expect(documented, name).toEqual(inPath);
      expect(responses['400']?.content, name).toHaveProperty(['application/problem+json']);
    }
  });

  it.each(COMMANDS)('say how %s may end', (name, statuses) => {
    const { responses, parameters } = operations.get(name)!;
    expect(Object.keys(responses)).toEqual(
      expect.arrayContaining(['200', '400', '413', '415', '429', '503', ...statuses]),
    );
    expect(parameters).toContainEqual(expect.objectContaining({ name: 'idempotency-key', in: 'header' }));
  });

  it('say which rules say no', () => {
    expect(operations.get('POST /transfers')!.responses['422']!.description).toContain('INSUFFICIENT_FUNDS');
    expect(operations.get('POST /accounts')!.responses['409']!.description).toContain('NAME_TAKEN');
  });

  it('show what a body is made of, and nothing that is not in it', () => {
    const { properties, required } = schemas['OpenAccountDto']!;
    const names = ['accountType', 'currency', 'customerName', 'initialDepositCents'];
    expect(Object.keys(properties!).toSorted()).toEqual(names);
    expect(required).toEqual(['customerName']);
    expect(Object.keys(schemas['DepositMoneyDto']!.properties!)).toEqual(['amountCents', 'currency']);
  });

  it('are there to be read', async () => {
    expect((await fetch(`${running.url}/api`)).headers.get('content-type')).toMatch(/text\/html/);
  });
});

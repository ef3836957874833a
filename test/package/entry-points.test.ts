import { writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { counterApp, counterAppImports } from './counter-app.js';
import { PackedPackage } from './packed-package.js';
import { runNode } from './run-node.js';

let packed: PackedPackage;

beforeAll(() => {
  packed = new PackedPackage();
});
afterAll(() => packed.remove());

type Format = 'import' | 'require';

/** The lines that bring names of modules into a program. */
const load: Record<Format, (names: string, from: string) => string> = {
  import: (names, from) => `import ${names} from '${from}';`,
  require: (names, from) => `const ${names.replace('* as ', '')} = require('${from}');`,
};

/** Runs a program in the project and returns what it printed as JSON; a warning, too, is a failure. */
async function execute(project: string, format: Format, program: string): Promise<unknown> {
  const file = format === 'import' ? 'program.mjs' : 'program.cjs';
  writeFileSync(join(project, file), `${load[format]('{}', 'reflect-metadata')}\n${program}`);
  const { stdout, stderr, status } = await runNode(project, [file]);
  expect({ stderr, status }, stdout).toEqual({ stderr: '', status: 0 });
  return JSON.parse(stdout);
}

describe.each([
  { entry: '.', peers: 'required', store: 'memory', storeOptions: '' },
  { entry: './clickhouse', peers: 'all', store: 'clickhouse', storeOptions: "{ path: './data' }" },
  { entry: './postgres', peers: 'all', store: 'postgres', storeOptions: "{ path: './postgres-data' }" },
] as const)('entry point $entry, with $peers peers installed', ({ entry, peers, store, storeOptions }) => {
  let project: string;
  let specifier: string;

  beforeAll(() => {
    project = packed.installInto(`project-${store}`, packed.peers(peers));
    specifier = posix.join(packed.manifest.name, entry);
  });

  it('gives the same by import and by require', async () => {
    const printNames =
      'console.log(JSON.stringify(Object.keys(all).filter((name) => name !== "module.exports").sort()));';
    const printed = (['import', 'require'] as const).map((format) =>
      execute(project, format, `${load[format]('* as all', specifier)}\n${printNames}`),
    );
    const names = await Promise.all(printed);
    expect(names[0]).toContain(store);
    expect(names[1]).toEqual(names[0]);
  });

  it.each(['import', 'require'] as const)('gives a store on which an application runs, by %s', async (format) => {
    const imports = Object.entries(counterAppImports).map(([from, names]) =>
      load[format](`{ ${names.join(', ')} }`, from),
    );
    const eventStore = `${load[format](`{ ${store} }`, specifier)}\nconst eventStore = ${store}(${storeOptions});`;
    const printed = await execute(project, format, [...imports, eventStore, counterApp].join('\n'));
    expect(printed).toEqual({ status: 'stored', state: { total: 2 } });
  });
});

it.each(['import', 'require'] as const)('entry point ./redis gives the queue, by %s', async (format) => {
  const project = packed.installInto(`project-redis-${format}`, packed.peers('all'));
  const specifier = posix.join(packed.manifest.name, './redis');
  const printed = await execute(
    project,
    format,
    `${load[format]('{ redisQueue }', specifier)}\nconsole.log(JSON.stringify(redisQueue({ url: 'redis://localhost' })));`,
  );
  expect(printed).toMatchObject({ name: 'redis', shared: true });
});

describe('entry point ./compat, with required peers installed', () => {
  it.each(['import', 'require'] as const)('gives a store, by %s', async (format) => {
    const project = packed.installInto(`project-compat-${format}`, packed.peers('required'));
    const specifier = posix.join(packed.manifest.name, 'compat');
    const printed = await execute(
      project,
      format,
      `${load[format]('{ createFilter, MemoryEventStore, PostgresEventStore }', specifier)}
      const store = new MemoryEventStore();
      store.append([{ eventType: 'Opened', payload: {} }], createFilter(['Opened']), 0)
        .then(() => store.query(createFilter([])))
        .then(({ maxSequenceNumber }) => console.log(JSON.stringify([maxSequenceNumber, PostgresEventStore.name])))
        .then(() => store.close());`,
    );
    expect(printed).toEqual([1, 'PostgresEventStore']);
  });
});

it.each(['import', 'require'] as const)(
  'entry point ./testing needs no more than required peers, by %s',
  async (format) => {
    const project = packed.installInto(`project-testing-${format}`, packed.peers('required'));
    const specifier = posix.join(packed.manifest.name, 'testing');
    const printed = await execute(
      project,
      format,
      `${load[format]('{ TestClock }', specifier)}\nconsole.log(JSON.stringify(new TestClock(5).now()));`,
    );
    expect(printed).toBe(5);
  },
);

it.each(['import', 'require'] as const)('entry point ./testing/contract gives the suites, by %s', async (format) => {
  const project = packed.installInto(`project-contract-${format}`, [...packed.peers('required'), 'fast-check']);
  const specifier = posix.join(packed.manifest.name, 'testing/contract');
  const printed = await execute(
    project,
    format,
    `${load[format]('{ eventStoreSuite }', specifier)}
    try { eventStoreSuite('mine', async () => {}); } catch ({ field }) { console.log(JSON.stringify(field)); }`,
  );
  expect(printed).toBe('options.runner');
});

it('has no entry point that is not tested here', () => {
  const stores = ['./clickhouse', './postgres'];
  const entries = ['.', ...stores, './compat', './redis', './testing', './testing/contract', './package.json'];
  expect(Object.keys(packed.manifest.exports)).toEqual(entries);
});

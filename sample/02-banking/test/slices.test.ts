import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { importsOf } from '../../../test/unit/architecture/import-rules.js';

const FEATURES = fileURLToPath(new URL('../src/features', import.meta.url));
const WRITES = ['command', 'controller', 'decider', 'dto', 'handler', 'menu', 'slice'];
const READS = ['controller', 'dto', 'menu', 'query', 'slice'];

const slices = readdirSync(FEATURES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

it('there are those that a bank needs', () => {
  expect(slices.toSorted()).toEqual([
    'close-account',
    'deposit-money',
    'get-account',
    'list-accounts',
    'monthly-analytics',
    'open-account',
    'transfer-money',
    'withdraw-money',
  ]);
});

it.each(slices)('%s has the files that a slice has', (slice) => {
  const files = readdirSync(`${FEATURES}/${slice}`);
  const kinds = files.flatMap((file) => new RegExp(`^${slice}\\.([a-z]+)\\.ts$`).exec(file)?.[1] ?? []);
  const wanted = kinds.includes('command') ? WRITES : READS;
  expect(kinds).toEqual(expect.arrayContaining(wanted));
});

it.each(slices)('%s knows nothing of another slice', (slice) => {
  for (const file of readdirSync(`${FEATURES}/${slice}`)) {
    const imports = importsOf(readFileSync(`${FEATURES}/${slice}/${file}`, 'utf8'));
    const foreign = imports.filter((specifier) => /^\.\.\/(?!slice\.js$|\.\.\/)/.test(specifier));
    expect(foreign, file).toEqual([]);
  }
});

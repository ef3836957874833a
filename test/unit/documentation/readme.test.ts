import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Lines without indentation, so that a snippet may be shown without its surroundings. */
const flat = (code: string): string =>
  code
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join('\n');

const readmes = [
  'README.md',
  ...readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' }).map((path) => join('lib', path)),
  ...readdirSync(join(root, 'sample')).map((name) => join('sample', name, 'README.md')),
].filter((path) => path.endsWith('README.md') && existsSync(join(root, path)));

/** Code that a README shows below a link to the file in which it stands. */
const snippetsOf = (readme: string): readonly (readonly [path: string, code: string])[] =>
  [...read(readme).matchAll(/^\[`[^`]+`\]\(([^)]+)\)\n\n((?:```ts\n[^]*?```\n*)+)/gm)].flatMap(([, link, blocks]) =>
    [...blocks!.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => [join(dirname(readme), link!), code!] as const),
  );

describe.each([
  ['README.md', 9],
  ['sample/02-banking/README.md', 9],
])('%s', (readme, least) => {
  const snippets = snippetsOf(readme);

  it('shows code of a sample', () => {
    expect(snippets.length).toBeGreaterThanOrEqual(least);
  });

  it.each(snippets)('shows what stands in %s', (path, code) => {
    expect(flat(read(path))).toContain(flat(code));
  });
});

describe('the README', () => {
  it('names scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...read('README.md').matchAll(/npm (?:run )?(start|test|demo|banking|check|format)\b/g)].map(
      ([, name]) => name!,
    );
    expect(new Set(named).size).toBe(6);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

it.each(readmes)('the links of %s lead somewhere', (path) => {
  const links = [...read(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link!);
  expect(links.filter((link) => !existsSync(join(root, dirname(path), link)))).toEqual([]);
});

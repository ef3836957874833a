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

describe('the README', () => {
  const snippets = [...read('README.md').matchAll(/^\[`[^`]+`\]\((sample\/[^)]+)\)\n\n```ts\n([^]*?)```/gm)];

  it('shows code of the sample', () => {
    expect(snippets.length).toBeGreaterThanOrEqual(9);
  });

  it.each(snippets.map(([, path, code]) => [path!, code!]))('shows what stands in %s', (path, code) => {
    expect(flat(read(path))).toContain(flat(code));
  });

  it('names scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...read('README.md').matchAll(/npm (?:run )?(start|test|demo|check|format)\b/g)].map(
      ([, name]) => name!,
    );
    expect(new Set(named).size).toBe(5);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

it.each(readmes)('the links of %s lead somewhere', (path) => {
  const links = [...read(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link!);
  expect(links.filter((link) => !existsSync(join(root, dirname(path), link)))).toEqual([]);
});

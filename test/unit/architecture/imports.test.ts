import { describe, expect, it } from 'vitest';
import { SLOW_FILES } from '../../support/slow-files.js';
import { filesWithoutPlace, importsOf, importsWithoutExtension, uphillImports } from './import-rules.js';
import { root, sourceFiles } from './source-files.js';

const MAX_LINES = 400;

const lib = sourceFiles('lib', /\.ts$/);
const typescript = new Map(['lib', 'test', 'sample'].flatMap((folder) => [...sourceFiles(folder, /\.ts$/)]));

const kebabCase = /^([a-z0-9]+(-[a-z0-9]+)*)(\.[a-z0-9]+(-[a-z0-9]+)*)*\.ts$/;
const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

describe('imports', () => {
  it('run downhill between the folders of lib', () => {
    expect(lib.size).toBeGreaterThan(0);
    expect(uphillImports(lib)).toEqual([]);
  });

  it('are between folders that have a place in the order', () => {
    expect(filesWithoutPlace(lib)).toEqual([]);
  });

  it('name the built file, with its extension', () => {
    expect(importsWithoutExtension(typescript)).toEqual([]);
  });
});

describe('files', () => {
  it(`have at most ${MAX_LINES} lines in lib`, () => {
    const long = [...lib].filter(([, text]) => text.split('\n').length - 1 > MAX_LINES);
    expect(long.map(([path]) => path)).toEqual([]);
  });

  it('have names in kebab-case', () => {
    expect([...typescript.keys()].filter((path) => !kebabCase.test(baseName(path)))).toEqual([]);
  });

  it('make no AsyncLocalStorage for each instance: every promise of the process would carry it along, for ever', () => {
    const made = [...lib].flatMap(([path, text]) =>
      text
        .split('\n')
        .filter((line) => line.includes('new AsyncLocalStorage') && !/^(export )?const /.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
    expect(made).toEqual([]);
  });

  it('are there when they are named as slow', () => {
    expect(SLOW_FILES.filter((path) => !typescript.has(path))).toEqual([]);
  });

  it('name no path of one machine', () => {
    const personal = /(?<![\w.:-])\/(?:home|Users|root)\/[\w.-]+/;
    const found = [...sourceFiles()].filter(
      ([, text]) => personal.test(text) || (root.split('/').length > 3 && text.includes(root)),
    );
    expect(found.map(([path]) => path)).toEqual([]);
  });
});

describe('the rules themselves', () => {
  const rule = (path: string, text: string) => new Map([[path, text]]);

  it.each([
    ["import { a } from '../queue/a.js';", ['../queue/a.js']],
    ["import type { A } from './a.js';", ['./a.js']],
    ["export * from './a.js';", ['./a.js']],
    ["const a = await import('./a.js');", ['./a.js']],
    ["import './a.js';", ['./a.js']],
    ["// import './a.js';", []],
  ])('read %s', (text, imports) => {
    expect(importsOf(text)).toEqual(imports);
  });

  it('report an import from a higher folder, from the top, and none from a lower one', () => {
    const file = 'lib/queue/redis/a.ts';
    expect(uphillImports(rule(file, "import '../../commands/b.js';"))).toEqual([`${file} imports ../../commands/b.js`]);
    expect(uphillImports(rule(file, "import '../../index.js';"))).toEqual([`${file} imports ../../index.js`]);
    expect(uphillImports(rule(file, "import '../../events/b.js'; import './c.js';"))).toEqual([]);
    expect(uphillImports(rule('lib/index.ts', "import './runtime/b.js'; import './clickhouse.js';"))).toEqual([]);
  });

  it('report a folder without a place, and an import without extension', () => {
    expect(filesWithoutPlace(rule('lib/misc/a.ts', ''))).toEqual(['lib/misc/a.ts']);
    expect(importsWithoutExtension(rule('lib/a.ts', "import './b';"))).toEqual(['lib/a.ts imports ./b']);
  });
});

import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const BUILD_LIMIT_MS = 60_000;

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the build', () => {
  let project: string;

  /** The project's own build, of a smaller library. */
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'build-'));
    for (const path of ['package.json', 'tsconfig.json', '.scripts/prepare-dist.mjs']) {
      cpSync(join(root, path), join(project, path));
    }
    symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'), 'junction');
    mkdirSync(join(project, 'lib/deep'), { recursive: true });
    write('lib/index.ts', 'export const one = 1;');
    write('lib/deep/two.ts', 'export const two = 2;');
    build();
  });
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  function write(path: string, text: string): void {
    writeFileSync(join(project, path), text);
  }

  function build(): void {
    execFileSync('npm', ['run', 'build', '--ignore-scripts'], { cwd: project, timeout: BUILD_LIMIT_MS });
  }

  function built(): string[] {
    return readdirSync(join(project, 'dist'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      /\.(js|ts)$/.test(path),
    );
  }

  /** When each file was written, and which file it is. */
  function writes(): Record<string, string> {
    return Object.fromEntries(
      built().map((path) => {
        const { ino, mtimeMs } = statSync(join(project, 'dist', path));
        return [path, `${ino} at ${mtimeMs}`];
      }),
    );
  }

  it('writes nothing that is as it should be, so that whoever loads it meanwhile finds whole files', () => {
    const before = writes();
    expect(Object.keys(before).toSorted()).toEqual(['deep/two.d.ts', 'deep/two.js', 'index.d.ts', 'index.js']);
    build();
    expect(writes()).toEqual(before);

    write('lib/index.ts', 'export const one = 11;');
    build();
    const after = writes();
    expect(after['deep/two.js']).toBe(before['deep/two.js']);
    expect(after['index.js']).not.toBe(before['index.js']);
  });

  it('makes what is missing, and removes what no source makes any more', () => {
    rmSync(join(project, 'dist/deep/two.js'));
    build();
    expect(existsSync(join(project, 'dist/deep/two.js'))).toBe(true);

    rmSync(join(project, 'lib/deep/two.ts'));
    build();
    expect(built().toSorted()).toEqual(['index.d.ts', 'index.js']);
  });
});

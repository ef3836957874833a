import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(import.meta.dirname, '../..');
const COMPILE_TIMEOUT_MS = 60_000;

export interface Compiled {
  /** Holds `lib`, `test` … as the repository does. */
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Compiles one file, and what it imports, as the build does: for tests that need a process of their own, which runs
 * plain Node. The result lies inside `node_modules`, so that packages are found from there.
 *
 * @param entry path inside the repository
 */
export async function compile(entry: string): Promise<Compiled> {
  const cache = join(ROOT, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  const path = await mkdtemp(join(cache, 'compiled-'));
  const config = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      rootDir: ROOT,
      outDir: path,
      incremental: false,
      tsBuildInfoFile: null,
      declaration: false,
      declarationMap: false,
      sourceMap: false,
      inlineSources: false,
      typeRoots: [join(ROOT, 'node_modules/@types')],
    },
    include: [],
    files: [join(ROOT, entry)],
  };
  await writeFile(join(path, 'package.json'), '{ "type": "module" }');
  await writeFile(join(path, 'tsconfig.json'), JSON.stringify(config));
  await promisify(execFile)(join(ROOT, 'node_modules/.bin/tsc'), ['-p', path], { timeout: COMPILE_TIMEOUT_MS });
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

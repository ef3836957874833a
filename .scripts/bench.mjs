// Compiles the benchmarks as the build does, and runs them on plain Node: npm run bench -- <suite> [--quick] [--json FILE]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, 'node_modules', '.cache');
mkdirSync(cache, { recursive: true });
// Inside node_modules, so that packages are found from there.
const path = mkdtempSync(join(cache, 'bench-'));

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  return status ?? 1;
}

let code;
try {
  const compilerOptions = {
    rootDir: root,
    outDir: path,
    incremental: false,
    tsBuildInfoFile: null,
    declaration: false,
    declarationMap: false,
    sourceMap: false,
    inlineSources: false,
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions,
    include: [],
    files: ['main.ts', 'queue/main.ts', 'end-to-end/main.ts'].map((file) => join(root, 'test/bench', file)),
  };
  writeFileSync(join(path, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(path, 'tsconfig.json'), JSON.stringify(config));
  code = run(join(root, 'node_modules/.bin/tsc'), ['-p', path]);
  if (code === 0) code = run(process.execPath, [join(path, 'test/bench/main.js'), ...process.argv.slice(2)]);
} finally {
  rmSync(path, { recursive: true, force: true });
}
process.exitCode = code;

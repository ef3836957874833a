// Runs before the compiler, which then writes nothing that is as it should be: a process that loads the library while
// another one builds it finds every file whole. Removes what no source makes any more, so that it is never published.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const BUILD_INFO = '.tsbuildinfo';

const outputs = existsSync(dist) ? readdirSync(dist, { recursive: true }) : [];
for (const entry of outputs) {
  const source = entry.replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
  if (entry !== BUILD_INFO && !existsSync(join(root, 'lib', source))) {
    rmSync(join(dist, entry), { recursive: true, force: true });
  }
}

// The compiler does not look whether what it wrote is still there.
const isMissing = (output) => !existsSync(join(dist, output));
const sources = readdirSync(join(root, 'lib'), { recursive: true }).filter((path) => path.endsWith('.ts'));
if (sources.some((path) => isMissing(path.replace(/\.ts$/, '.js')) || isMissing(path.replace(/\.ts$/, '.d.ts')))) {
  rmSync(join(dist, BUILD_INFO), { force: true });
}

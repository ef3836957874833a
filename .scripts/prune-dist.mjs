// Removes what an earlier build left in dist and no source makes any more, so that it is never published.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

for (const entry of readdirSync(join(root, 'dist'), { recursive: true })) {
  const source = entry.replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
  if (!existsSync(join(root, 'lib', source))) rmSync(join(root, 'dist', entry), { recursive: true, force: true });
}

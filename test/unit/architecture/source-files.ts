import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

const generated = new Set(['node_modules', 'dist', 'coverage', '.git', '.data', 'package-lock.json']);

/** Text by path (relative to the top level, with `/`) of every file below `folder` that people write. */
export function sourceFiles(folder = '.', only = /./): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
    if (generated.has(entry.name)) continue;
    if (entry.isDirectory()) for (const [name, text] of sourceFiles(path, only)) files.set(name, text);
    else if (entry.isFile() && only.test(path)) files.set(path, readFileSync(join(root, path), 'utf8'));
  }
  return files;
}

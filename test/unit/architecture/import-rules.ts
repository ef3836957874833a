import { posix } from 'node:path';
import ts from 'typescript';

/** The folders of lib from low to high: a file imports from its own folder and from lower ones. */
const foldersLowToHigh = [
  'errors',
  'tenancy',
  'clock',
  'announcements',
  'packages',
  'redis',
  'batching',
  'sql',
  'handlers',
  'events',
  'clickhouse',
  'postgres',
  'redis',
  'event-store',
  'locks',
  'recurring-jobs',
  'queue',
  'feature-flags',
  'projections',
  'reactors',
  'commands',
  'aggregates',
  'processes',
  'subscriptions',
  'storage',
  'maintenance',
  'pipeline',
  'runtime',
  'consistency',
  'compat',
  'testing',
];

export function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map((file) => file.fileName);
}

const isRelative = (specifier: string) => /^\.\.?(\/|$)/.test(specifier);

function relativeImports(files: Map<string, string>): { path: string; specifier: string; target: string }[] {
  return [...files].flatMap(([path, text]) =>
    importsOf(text)
      .filter(isRelative)
      .map((specifier) => ({ path, specifier, target: posix.join(posix.dirname(path), specifier) })),
  );
}

/** The files at the top of lib (module, entry points) stand above all folders. */
function height(path: string): number {
  const [, folder = '', ...rest] = path.split('/');
  return rest.length === 0 ? foldersLowToHigh.length : foldersLowToHigh.indexOf(folder);
}

/** One line per import that leads from a lower folder to a higher one. */
export function uphillImports(files: Map<string, string>): string[] {
  return relativeImports(files)
    .filter(({ path, target }) => height(target) > height(path))
    .map(({ path, specifier }) => `${path} imports ${specifier}`);
}

/** One line per file in a folder that has no place in the order. */
export function filesWithoutPlace(files: Map<string, string>): string[] {
  return [...files.keys()].filter((path) => height(path) < 0);
}

/** One line per relative import that Node would not find in the built files. */
export function importsWithoutExtension(files: Map<string, string>): string[] {
  return relativeImports(files)
    .filter(({ specifier }) => !/\.(js|mjs|json)$/.test(specifier))
    .map(({ path, specifier }) => `${path} imports ${specifier}`);
}

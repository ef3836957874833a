import { MissingPackageError } from './missing-package.error.js';

/** An optional peer: its name, what to install, and who asks. */
export interface OptionalPackage {
  readonly name: string;
  readonly install: string;
  readonly purpose: string;
}

/**
 * Loads an optional peer at the moment it is needed, so that nobody installs what he does not use.
 *
 * @throws MissingPackageError when the package itself is absent; an error inside the package passes through unchanged
 */
export async function loadPackage<T>(wanted: OptionalPackage, load: () => T | Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!isAbsent(error, wanted.name)) throw error;
    throw new MissingPackageError(wanted.name, wanted.install, wanted.purpose, undefined, { cause: error });
  }
}

/** A package that is there but lacks a dependency of its own fails with the same code, so the name must match too. */
function isAbsent(error: unknown, name: string): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  if (error.code !== 'ERR_MODULE_NOT_FOUND' && error.code !== 'MODULE_NOT_FOUND') return false;
  const firstLine = error.message.split('\n', 1)[0] ?? '';
  return firstLine.includes(`'${name}'`) || firstLine.includes(`'${name}/`);
}

import { isPackageAbsent } from './is-package-absent.js';
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
    if (!isPackageAbsent(error, wanted.name)) throw error;
    throw new MissingPackageError(wanted.name, wanted.install, wanted.purpose, undefined, { cause: error });
  }
}

import { createRequire } from 'node:module';
import { MissingPackageError } from '../../../../packages/missing-package.error.js';

export type Bullmq = typeof import('bullmq');

/** The host relies on more of BullMQ than its major version promises: see test/contract/redis-queue. */
const MINOR = '6.7';
const INSTALL = `bullmq@~${MINOR}.0`;
const PURPOSE = "The Redis queue with the host 'bullmq'";

/**
 * Loads BullMQ, at once, so that a process which cannot do so does not start.
 *
 * @param require finds packages from here
 * @throws MissingPackageError when it is not installed, or in another version than the host was built for
 */
export function loadBullmq(require: (id: string) => unknown = createRequire(import.meta.url)): Bullmq {
  const version = findVersion(require);
  if (!version.startsWith(`${MINOR}.`)) throw new MissingPackageError('bullmq', INSTALL, PURPOSE, version);
  return require('bullmq') as Bullmq;
}

function findVersion(require: (id: string) => unknown): string {
  try {
    return (require('bullmq/package.json') as { version: string }).version;
  } catch (cause) {
    throw new MissingPackageError('bullmq', INSTALL, PURPOSE, undefined, { cause });
  }
}

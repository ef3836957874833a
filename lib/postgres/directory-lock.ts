import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { EmbeddedDirectoryLockedError } from './embedded-directory-locked.error.js';

/** Stale locks that are put away before giving up: more than one only when several processes do so at once. */
const MAX_ATTEMPTS = 5;

/**
 * Keeps two processes from one data directory, which would ruin it: a file beside it with the id of the process. It is
 * made by a hard link, which fails when it is there. A file of a process that has ended is put away first.
 */
export class DirectoryLock {
  private constructor(private readonly file: string) {}

  /** @throws EmbeddedDirectoryLockedError */
  static async take(directory: string): Promise<DirectoryLock> {
    const path = resolve(directory);
    const file = `${path}.lock`;
    await mkdir(dirname(path), { recursive: true });
    const own = `${file}.${randomUUID()}`;
    await writeFile(own, `${process.pid}\n`);
    try {
      for (let attempt = 1; ; attempt += 1) {
        if (await linked(own, file)) return new DirectoryLock(file);
        const pid = await holderOf(file);
        if (pid !== undefined && (isAlive(pid) || attempt === MAX_ATTEMPTS)) {
          throw new EmbeddedDirectoryLockedError(path, file, pid);
        }
        await putAway(file);
      }
    } finally {
      await rm(own, { force: true });
    }
  }

  async release(): Promise<void> {
    await rm(this.file, { force: true });
  }
}

async function linked(own: string, file: string): Promise<boolean> {
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function holderOf(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const pid = Number(text.trim());
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

/** By its name, so that of several processes only one removes it, and none removes the lock that another just took. */
async function putAway(file: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  const pid = await holderOf(aside);
  if (pid !== undefined && isAlive(pid)) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

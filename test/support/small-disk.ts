import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHUNK = Buffer.alloc(65_536, 1);
const PAGE = Buffer.alloc(512, 1);

/** A disk of its own, so small that it can be filled. */
export interface SmallDisk {
  readonly path: string;
  /** Leaves no room on it. */
  fill(): void;
  /** Takes back what `fill` did. */
  free(): void;
  unmount(): void;
}

/** Only Linux has these disks in memory, and only root may mount them. */
export const CAN_MOUNT = canMount();

export function mountSmallDisk(megabytes: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'small-disk-'));
  mount(path, megabytes);
  chmodSync(path, 0o777);
  const filler = join(path, 'filler');
  return {
    path,
    fill: () => {
      const file = openSync(filler, 'a');
      for (const bytes of [CHUNK, PAGE]) writeUntilFull(file, bytes);
      closeSync(file);
    },
    free: () => rmSync(filler, { force: true }),
    unmount: () => {
      execFileSync('umount', ['--lazy', path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Makes a directory, and all below it, refuse every change, also by root. Not every file system can. */
export function freeze(path: string, frozen: boolean): void {
  execFileSync('chattr', ['-R', frozen ? '+i' : '-i', path], { stdio: 'ignore' });
}

export const CAN_FREEZE = canFreeze();

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const path = mkdtempSync(join(tmpdir(), 'small-disk-'));
  try {
    mount(path, 1);
    execFileSync('umount', [path]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

function canFreeze(): boolean {
  const path = mkdtempSync(join(tmpdir(), 'freeze-'));
  try {
    freeze(path, true);
    freeze(path, false);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

function mount(path: string, megabytes: number): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], { stdio: 'ignore' });
}

function writeUntilFull(file: number, bytes: Buffer): void {
  try {
    for (;;) if (writeSync(file, bytes) < bytes.length) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

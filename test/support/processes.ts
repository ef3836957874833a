import { execFileSync } from 'node:child_process';

/** Whether a process runs. One that has ended but was not yet collected by its parent does not count. */
export function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  return list().some((line) => line.pid === pid);
}

/** Ids of the running processes whose command line holds `text`. */
export function processesWith(text: string): number[] {
  return list()
    .filter(({ command }) => command.includes(text))
    .map(({ pid }) => pid);
}

function list(): { pid: number; command: string }[] {
  const output = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,stat=,args='], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return output.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line);
    if (match === null || match[2]?.startsWith('Z')) return [];
    return [{ pid: Number(match[1]), command: match[3] ?? '' }];
  });
}

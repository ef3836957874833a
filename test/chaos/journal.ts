import { openSync, writeSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a worker writes down. */
export type Note =
  | { readonly what: 'begun'; readonly run: number; readonly lane: string; readonly jobs: readonly number[] }
  /** The work is done; the queue may not know it yet, or no longer take it. */
  | { readonly what: 'done'; readonly run: number; readonly completed: number }
  /** The queue took it. When a worker does not hear so, the queue may have taken it all the same. */
  | { readonly what: 'acknowledged'; readonly run: number };

type Line = Note & { readonly worker: string; readonly at: number };

/** One batch of a lane, in one worker. */
export interface Run {
  readonly worker: string;
  readonly lane: string;
  readonly jobs: readonly number[];
  readonly begunAt: number;
  doneAt?: number;
  completed: number;
  acknowledged: boolean;
}

/** Milliseconds, of a clock that all processes of the machine share. */
export function machineTime(): number {
  return Number(process.hrtime.bigint()) / 1_000_000;
}

/** Opens a file to write into: a line is there once the call returns, whatever becomes of the process then. */
export function openJournal(path: string, worker: string): (note: Note) => void {
  const file = openSync(path, 'a');
  return (note) => void writeSync(file, `${JSON.stringify({ ...note, worker, at: machineTime() } satisfies Line)}\n`);
}

/** The runs of all journals of a directory, in the order in which they were begun. */
export async function readRuns(directory: string): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (const name of await readdir(directory)) {
    const byNumber = new Map<number, Run>();
    for (const text of (await readFile(join(directory, name), 'utf8')).split('\n').filter(Boolean)) {
      const line = JSON.parse(text) as Line;
      if (line.what === 'begun') {
        const { worker, lane, jobs, at } = line;
        byNumber.set(line.run, { worker, lane, jobs, begunAt: at, completed: 0, acknowledged: false });
        continue;
      }
      const run = byNumber.get(line.run)!;
      if (line.what === 'done') {
        run.doneAt = line.at;
        run.completed = line.completed;
      } else {
        run.acknowledged = true;
      }
    }
    runs.push(...byNumber.values());
  }
  return runs.toSorted((one, other) => one.begunAt - other.begunAt);
}

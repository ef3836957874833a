import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import type { Compiled } from './compile.js';

/** A process of a race, which runs one round each time that it is told to: see `runRounds`. */
export interface Racer {
  readonly child: ChildProcess;
  /** Lets it run its next round. */
  go(): void;
  /** The next line that it says; `undefined` when it has ended. */
  line(): Promise<string | undefined>;
}

/** Starts a compiled script of `test/support`, which gets its plan as JSON in its first argument. */
export function startRacer(compiled: Compiled, script: string, plan: object, limitMs: number): Racer {
  const path = join(compiled.path, 'test/support', script);
  const child = spawn(process.execPath, [path, JSON.stringify(plan)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  child.once('close', () => clearTimeout(timer));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    child,
    go: () => void child.stdin.write('go\n'),
    line: async () => {
      const { value, done } = await lines.next();
      return done ? undefined : value;
    },
  };
}

/** Runs all rounds, each begun by all processes together and by another one first, and returns what each has to say. */
export async function runRace<Result>(
  racers: readonly Racer[],
  rounds: number,
  disturb: (round: number) => Promise<void> = async () => {},
): Promise<readonly Result[]> {
  for (let round = 0; round < rounds; round += 1) {
    const said = await Promise.all(racers.map((racer) => racer.line()));
    expect(said).toEqual(racers.map(() => 'ready'));
    const first = round % racers.length;
    for (const racer of [...racers.slice(first), ...racers.slice(0, first)]) racer.go();
    await disturb(round);
  }
  const results = await Promise.all(racers.map((racer) => racer.line()));
  return results.map((result) => JSON.parse(result!) as Result);
}

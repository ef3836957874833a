import { setImmediate as nextTurn } from 'node:timers/promises';

/** Lets other work of the process have its turn, however long a loop is that never waits. */
export class Turns {
  private since = performance.now();

  /** @param maxTurnMs how long other work waits at most, from one call of `yield` to the next */
  constructor(private readonly maxTurnMs: number) {}

  /** Call it often. */
  async yield(): Promise<void> {
    if (performance.now() - this.since < this.maxTurnMs) return;
    await nextTurn();
    this.since = performance.now();
  }
}

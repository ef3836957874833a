import type { Lane } from '../lane.js';
import type { DeadLetter } from '../queue-control.js';

/** The memory of one process holds no more of them; the oldest go first, and the log says so. */
const MAX_DEAD_LETTERS = 10_000;

/** Jobs that were put aside, in order. */
export class DeadLetters {
  private readonly letters = new Map<number, DeadLetter>();
  private lastId = 0;

  get size(): number {
    return this.letters.size;
  }

  /** Returns the one that had to go for it. */
  add(letter: Omit<DeadLetter, 'id'>): DeadLetter | undefined {
    this.lastId += 1;
    this.letters.set(this.lastId, { id: this.lastId, ...letter });
    if (this.letters.size <= MAX_DEAD_LETTERS) return undefined;
    const [oldest] = this.letters.values();
    this.letters.delete(oldest!.id);
    return oldest;
  }

  get(id: number): DeadLetter | undefined {
    return this.letters.get(id);
  }

  delete(id: number): void {
    this.letters.delete(id);
  }

  /** Removes those of the lanes that are meant, and returns how many there were. */
  remove(isMeant: (lane: Lane) => boolean): number {
    const before = this.size;
    for (const { id, lane } of this.letters.values()) if (isMeant(lane)) this.letters.delete(id);
    return before - this.size;
  }

  values(): Iterable<DeadLetter> {
    return this.letters.values();
  }
}

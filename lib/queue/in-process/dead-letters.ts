import { type Lane, laneKey } from '../lane.js';
import type { DeadLetter } from '../queue-control.js';
import { mergeRanges } from './merge-ranges.js';

/** The memory of one process holds no more of them; the oldest go first, and the log says so. */
const MAX_DEAD_LETTERS = 10_000;

/** Jobs that were put aside, in order. */
export class DeadLetters {
  private readonly letters = new Map<number, DeadLetter>();
  /** Of each lane and aggregate, the last one that is to be read from the log. */
  private readonly fromLog = new Map<string, number>();
  private lastId = 0;

  get size(): number {
    return this.letters.size;
  }

  /**
   * What is to be read from the log is merged with such a job that is here already, which keeps its id and its time.
   *
   * @returns the one that had to go for it
   */
  add(letter: Omit<DeadLetter, 'id'>): DeadLetter | undefined {
    const aggregate = aggregateFromLog(letter);
    const before = aggregate === undefined ? undefined : this.letters.get(this.fromLog.get(aggregate) ?? 0);
    const job = before && mergeRanges(before.job, letter.job);
    if (job) {
      const { id, putAsideAt } = before;
      this.letters.set(id, { ...letter, id, putAsideAt, job });
      return undefined;
    }
    this.lastId += 1;
    this.letters.set(this.lastId, { id: this.lastId, ...letter });
    if (aggregate !== undefined) this.fromLog.set(aggregate, this.lastId);
    if (this.letters.size <= MAX_DEAD_LETTERS) return undefined;
    const [oldest] = this.letters.values();
    this.delete(oldest!.id);
    return oldest;
  }

  get(id: number): DeadLetter | undefined {
    return this.letters.get(id);
  }

  delete(id: number): void {
    const letter = this.letters.get(id);
    if (!letter) return;
    this.letters.delete(id);
    const aggregate = aggregateFromLog(letter);
    if (aggregate !== undefined && this.fromLog.get(aggregate) === id) this.fromLog.delete(aggregate);
  }

  /** Removes those of the lanes that are meant, and returns how many there were. */
  remove(isMeant: (lane: Lane) => boolean): number {
    const before = this.size;
    for (const { id, lane } of this.letters.values()) if (isMeant(lane)) this.delete(id);
    return before - this.size;
  }

  values(): Iterable<DeadLetter> {
    return this.letters.values();
  }
}

/** Undefined of what carries its events. */
function aggregateFromLog({ lane, job }: Omit<DeadLetter, 'id'>): string | undefined {
  return job.kind !== 'command' && mergeRanges(job, job) ? `${laneKey(lane)} ${job.aggregateId}` : undefined;
}

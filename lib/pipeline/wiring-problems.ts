import { WiringError } from './wiring.error.js';

/** Collects what is wrong, so that one error can tell all of it. */
export class WiringProblems {
  private readonly problems: string[] = [];

  add(problem: string): void {
    this.problems.push(problem);
  }

  /** Reports each key that more than one item has. */
  addDuplicates<T>(items: readonly T[], what: string, keyOf: (item: T) => unknown, ownerOf: (item: T) => string): void {
    const owners = new Map<unknown, string[]>();
    for (const item of items) owners.set(keyOf(item), [...(owners.get(keyOf(item)) ?? []), ownerOf(item)]);
    for (const [key, names] of owners) {
      const name = typeof key === 'function' ? key.name : String(key);
      if (names.length > 1) this.add(`${what} '${name}' is used by ${names.join(' and ')}: give each its own.`);
    }
  }

  /** @throws WiringError when anything was added */
  throwIfAny(): void {
    if (this.problems.length > 0) throw new WiringError(this.problems);
  }
}

/** Types that are told apart. */
const MAX_TYPES = 1_000;

/** Counts the commands that this process left to others because it has no handler of their type. */
export class UnknownCommands {
  private readonly counts = new Map<string, number>();

  /** How often, by type; of types beyond the bound, nothing. */
  get byType(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.counts);
  }

  note(type: string): void {
    const count = this.counts.get(type);
    if (count === undefined && this.counts.size === MAX_TYPES) return;
    this.counts.set(type, (count ?? 0) + 1);
  }
}

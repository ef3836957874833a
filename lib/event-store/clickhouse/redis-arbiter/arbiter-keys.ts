/**
 * The names of everything that the arbiter of one log keeps in Redis. All of them hash to one slot. What belongs to an
 * epoch has its number in the name: nothing of one epoch is ever taken for that of another.
 */
export class ArbiterKeys {
  /** Hash: the epoch, the life of the server in which it was published, and the first epoch of this life. */
  readonly epoch: string;
  /** Text: who is opening the next epoch. */
  readonly claim: string;
  /** Sorted set: streams by the time since which events of them wait to be dispatched. */
  readonly undispatched: string;
  /** Hash: which events of them, `from:to`. */
  readonly undispatchedRanges: string;
  private readonly tag: string;

  /** @param log names the log, without braces */
  constructor(log: string) {
    this.tag = `{es:${log}}`;
    this.epoch = `${this.tag}:epoch`;
    this.claim = `${this.tag}:claim`;
    this.undispatched = `${this.tag}:undispatched`;
    this.undispatchedRanges = `${this.tag}:undispatched-ranges`;
  }

  /** Hash: the open reservations of an epoch by stream key, as JSON. */
  open(epoch: string): string {
    const [before, after] = this.openParts;
    return `${before}${epoch}${after}`;
  }

  /** What stands before and after an epoch in the name of its reservations. */
  get openParts(): readonly [string, string] {
    return [`${this.tag}:`, ':open'];
  }

  /**
   * Hash: head, time and keys of one stream as the log has them: `head`, `recordedAt`, `keys` (how many), `k:<key>`, and
   * `forgotten`, the sequence up to which keys may be missing here. Or, before it is seeded, only a `ticket`.
   */
  stream(epoch: string, streamKey: string): string {
    return `${this.tag}:${epoch}:s:${streamKey}`;
  }
}

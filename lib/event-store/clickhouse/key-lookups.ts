import type { StoredEvent } from '../../events/stored-event.js';
import type { KeyInStream, StreamReader } from './stream-reader.js';

/** The events of keys that were found, by stream key and key, in order; those of other callers may be among them. */
export type FoundKeys = ReadonlyMap<string, ReadonlyMap<string, readonly StoredEvent[]>>;

interface Lookup {
  readonly wanted: readonly KeyInStream[];
  readonly resolve: (found: FoundKeys) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Looks keys up in the log for many callers, all that are wanted at one time in one query, one query at a time: streams
 * that the arbiter does not know yet come in crowds.
 */
export class KeyLookups {
  private waiting: Lookup[] = [];
  private running = false;

  /** @param nowMs the time by the server's clock */
  constructor(
    private readonly reader: Pick<StreamReader, 'appended'>,
    private readonly nowMs: () => number,
  ) {}

  /** What the log says at some time after this call. */
  find(wanted: readonly KeyInStream[]): Promise<FoundKeys> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ wanted, resolve, reject });
      if (this.running) return;
      this.running = true;
      // One turn later, so that all lookups of one turn share the query.
      setImmediate(() => void this.run());
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const lookups = this.waiting;
      this.waiting = [];
      try {
        const found = await this.reader.appended(
          lookups.flatMap(({ wanted }) => wanted),
          this.nowMs(),
        );
        for (const { resolve } of lookups) resolve(found);
      } catch (error) {
        for (const { reject } of lookups) reject(error);
      }
    }
    this.running = false;
  }
}

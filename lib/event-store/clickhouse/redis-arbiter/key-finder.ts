import type { RedisConnection } from '../../../redis/redis-connection.js';
import type { ArbiterKeys } from './arbiter-keys.js';
import { FIND_KEYS } from './scripts/find-keys.js';

/** Bounds of one script: streams, and keys of all of them. */
const MAX_STREAMS = 500;
const MAX_KEYS = 2_000;

interface Question {
  /** Of the stream. */
  readonly field: string;
  readonly keys: readonly string[];
  readonly resolve: (candidates: readonly string[]) => void;
}

/** Asks Redis which keys the log may know: all that are wanted at one time in one script, one script at a time. */
export class KeyFinder {
  private waiting: Question[] = [];
  private running = false;

  constructor(
    private readonly redis: RedisConnection,
    private readonly keys: ArbiterKeys,
    private readonly epoch: () => string | undefined,
  ) {}

  /** Those of the keys of a stream that the log may know at some time after this call; all of them where Redis cannot tell. */
  find(field: string, keys: readonly string[]): Promise<readonly string[]> {
    return new Promise((resolve) => {
      this.waiting.push({ field, keys, resolve });
      if (this.running) return;
      this.running = true;
      // One turn later, so that all lookups of one turn share the script.
      setImmediate(() => void this.run());
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const questions = this.next();
      const found = await this.ask(questions);
      questions.forEach(({ keys, resolve }, place) => {
        const known = found[place];
        // Where Redis cannot tell, the log can.
        resolve(known ? keys.filter((_, index) => known[index] === '1') : keys);
      });
    }
    this.running = false;
  }

  private next(): readonly Question[] {
    let keys = 0;
    let count = 0;
    for (const question of this.waiting) {
      keys += question.keys.length;
      if (count === MAX_STREAMS || (count > 0 && keys > MAX_KEYS)) break;
      count += 1;
    }
    return this.waiting.splice(0, count);
  }

  private async ask(questions: readonly Question[]): Promise<readonly string[]> {
    const epoch = this.epoch();
    if (epoch === undefined) return [];
    const streams = questions.map(({ field }) => this.keys.stream(epoch, field));
    const args = questions.flatMap(({ field, keys }) => [field, keys.length, ...keys]);
    const names = [this.keys.epoch, this.keys.open(epoch), ...streams];
    return (await this.redis.run(FIND_KEYS, names, [epoch, ...args]).catch(() => [])) as string[];
  }
}

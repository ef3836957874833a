import { openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Commands, EventStore, type EventSourcingError } from '../../../lib/index.js';
import { pieceAt } from './pieces.js';
import { Count, Counted, TALLY } from './tallies.js';

const FILE = 'pieces';
const CALLERS = 50;
const REPEAT_MS = 50;
/** For the answer to a command; then it is sent again. */
const WAIT_MS = 3_000;

/** What became of the pieces, in all processes that fed one after the other. */
export interface Fed {
  readonly begun: ReadonlySet<number>;
  /** What was said to be appended, or accepted as a command, or stored. */
  readonly answered: ReadonlySet<number>;
  /** What was answered by an error that does not pass, with its code. */
  readonly refused: ReadonlyMap<number, string>;
}

/** When a command counts as answered: only what is stored survives a queue that loses its memory. */
export type Answered = 'queued' | 'stored';

export function readFed(journals: string): Fed {
  const begun = new Set<number>();
  const answered = new Set<number>();
  const refused = new Map<number, string>();
  for (const line of readFileSync(join(journals, FILE), { encoding: 'utf8', flag: 'a+' }).split('\n').filter(Boolean)) {
    const [what, index, code] = line.split(' ');
    if (what === 'refused') refused.set(Number(index), code!);
    else (what === 'begun' ? begun : answered).add(Number(index));
  }
  return { begun, answered, refused };
}

/**
 * Appends and commands pieces, and writes down what it begins and what is answered. After a crash it sends the commands
 * again that have no answer, as their senders would; an append without an answer is left as it is.
 */
export class Feeder {
  private readonly file: number;
  private readonly again: number[];
  private next: number;
  private upTo = 0;
  private waitFor: Answered = 'queued';
  private running = 0;

  constructor(
    private readonly app: INestApplicationContext,
    private readonly aggregates: number,
    journals: string,
    /** Called when all that it may feed is answered. */
    private readonly idle: (fed: number) => void,
  ) {
    const { begun, answered } = readFed(journals);
    this.file = openSync(join(journals, FILE), 'a');
    this.next = Math.max(-1, ...begun) + 1;
    const unanswered = [...begun].filter((index) => !answered.has(index));
    this.again = unanswered.filter((index) => pieceAt(index, aggregates).how === 'command');
  }

  /** Lets it feed the pieces below `upTo`. @param waitFor of commands that are sent from now on */
  feed(upTo: number, waitFor: Answered): void {
    this.waitFor = waitFor;
    this.upTo = Math.max(this.upTo, upTo);
    while (this.running < CALLERS && this.hasMore()) {
      this.running += 1;
      void this.call();
    }
    this.tellWhenIdle();
  }

  private async call(): Promise<void> {
    while (this.hasMore()) {
      const index = this.again.pop() ?? this.next++;
      this.note('begun', index);
      await this.send(index);
      this.note('answered', index);
    }
    this.running -= 1;
    this.tellWhenIdle();
  }

  private hasMore(): boolean {
    return this.again.length > 0 || this.next < this.upTo;
  }

  private tellWhenIdle(): void {
    if (this.running === 0 && !this.hasMore()) this.idle(this.next);
  }

  /** Repeats under the same key while a server is away. */
  private async send(index: number): Promise<void> {
    const { how, tenantId, id, numbers } = pieceAt(index, this.aggregates);
    for (;;) {
      try {
        if (how === 'command') {
          const command = Count.of(tenantId, id, numbers, `piece-${index}`);
          if (this.waitFor === 'queued') await this.app.get(CommandBus).execute(command);
          else await this.app.get(Commands).run(command, { waitFor: 'stored', timeoutMs: WAIT_MS });
        } else {
          const stream = { tenantId, aggregateType: TALLY, aggregateId: id };
          const events = numbers.map((number) => ({ data: Counted.of(number) }));
          await this.app.get(EventStore).append(stream, events, { key: `piece-${index}` });
        }
        return;
      } catch (error) {
        const { kind, code } = error as Partial<EventSourcingError>;
        if (kind !== 'transient') this.note('refused', index, ` ${code ?? String(error)}`);
        await delay(REPEAT_MS);
      }
    }
  }

  private note(what: 'begun' | 'answered' | 'refused', index: number, code = ''): void {
    writeSync(this.file, `${what} ${index}${code}\n`);
  }
}

import { openSync, writeSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Reactor, type ReactorContext, type ReactorHandler, type RecordedEvent } from '../../../lib/index.js';
import { Counted, Tallies, type Tally } from './tallies.js';

const FILE = 'effects';

/** What a reactor did in the world, where no failure of a server or a process takes it back. */
export interface Effect {
  readonly reactor: string;
  readonly tenantId: string;
  readonly id: string;
  readonly sequence: number;
  /** How far the state went that it was given. */
  readonly foldSequence: number;
  readonly count: number;
}

/** Writes effects down; one is there once the call returns, whatever becomes of the process then. */
export class Effects {
  private readonly file: number;

  constructor(journals: string, process: string) {
    this.file = openSync(join(journals, `${FILE} ${process}`), 'a');
  }

  take(reactor: string, event: RecordedEvent, { state, foldSequence }: ReactorContext<Tally>): void {
    const { tenantId, aggregateId: id, sequence } = event;
    const effect: Effect = { reactor, tenantId, id, sequence, foldSequence, count: state?.count ?? 0 };
    writeSync(this.file, `${JSON.stringify(effect)}\n`);
  }
}

/** Of all processes. */
export async function readEffects(journals: string): Promise<readonly Effect[]> {
  const names = (await readdir(journals)).filter((name) => name.startsWith(FILE));
  const texts = await Promise.all(names.map((name) => readFile(join(journals, name), 'utf8')));
  return texts.flatMap((text) =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Effect),
  );
}

@Reactor({ name: 'take-effect', fold: Tallies, events: [Counted] })
export class TakeEffect implements ReactorHandler<Tally, Counted> {
  constructor(private readonly effects: Effects) {}

  handle(event: RecordedEvent<Counted>, context: ReactorContext<Tally>): void {
    this.effects.take('take-effect', event, context);
  }
}

import { openSync, writeSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import {
  type LaneBatch,
  Reactor,
  type ReactorContext,
  type ReactorHandler,
  type RecordedEvent,
} from '../../../lib/index.js';
import { batchAtHand } from '../../support/batch-at-hand.js';
import { machineTime } from '../journal.js';
import { Counted, NextTallies, Tallies, type Tally } from './tallies.js';

const FILE = 'effects';

export const TAKE_EFFECT = 'take-effect';
/** Of the next release alone. */
export const TAKE_NEXT_EFFECT = 'take-next-effect';
/** Of both releases, with one cursor. */
export const TAKE_DURABLY = 'take-durably';

/** What a reactor did in the world, where no failure of a server or a process takes it back. */
export interface Effect {
  readonly reactor: string;
  readonly tenantId: string;
  readonly id: string;
  readonly sequence: number;
  /** How far the state went that it was given. */
  readonly foldSequence: number;
  readonly count: number;
  /** When the store was asked for the cursor, of a durable reactor; of `machineTime()`. */
  readonly askedAt?: number;
}

/** A cursor of the durable reactor on record. */
export interface Kept {
  readonly tenantId: string;
  readonly id: string;
  readonly sequence: number;
  /** When the store said so; of `machineTime()`. */
  readonly keptAt: number;
}

type Line = Effect | Kept;

/** Writes effects down; one is there once the call returns, whatever becomes of the process then. */
export class Effects {
  private readonly file: number;
  private readonly askedAt = new WeakMap<LaneBatch, number>();

  constructor(journals: string, process: string) {
    this.file = openSync(join(journals, `${FILE} ${process}`), 'a');
  }

  take(reactor: string, event: RecordedEvent, { state, foldSequence }: ReactorContext<Tally>): void {
    const { tenantId, aggregateId: id, sequence } = event;
    const askedAt = this.askedAt.get(batchAtHand.getStore()!);
    this.write({ reactor, tenantId, id, sequence, foldSequence, count: state?.count ?? 0, askedAt });
  }

  /** A batch is about to ask for its cursor. */
  asking(): void {
    this.askedAt.set(batchAtHand.getStore()!, machineTime());
  }

  kept({ tenantId, id, sequence }: Pick<Kept, 'tenantId' | 'id' | 'sequence'>): void {
    this.write({ tenantId, id, sequence, keptAt: machineTime() });
  }

  private write(line: Line): void {
    writeSync(this.file, `${JSON.stringify(line)}\n`);
  }
}

/** Of all processes. */
export async function readEffects(
  journals: string,
): Promise<{ readonly effects: readonly Effect[]; readonly kept: readonly Kept[] }> {
  const names = (await readdir(journals)).filter((name) => name.startsWith(FILE));
  const texts = await Promise.all(names.map((name) => readFile(join(journals, name), 'utf8')));
  const lines = texts.flatMap((text) =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line),
  );
  return {
    effects: lines.filter((line) => 'reactor' in line),
    kept: lines.filter((line) => 'keptAt' in line),
  };
}

@Injectable()
class Taking implements ReactorHandler<Tally, Counted> {
  protected readonly reactor: string = TAKE_EFFECT;

  constructor(private readonly effects: Effects) {}

  handle(event: RecordedEvent<Counted>, context: ReactorContext<Tally>): void {
    this.effects.take(this.reactor, event, context);
  }
}

@Reactor({ name: TAKE_EFFECT, fold: Tallies, events: [Counted] })
export class TakeEffect extends Taking {}

@Reactor({ name: TAKE_NEXT_EFFECT, fold: NextTallies, events: [Counted] })
export class TakeNextEffect extends Taking {
  protected override readonly reactor = TAKE_NEXT_EFFECT;
}

@Reactor({ name: TAKE_DURABLY, fold: Tallies, events: [Counted], durable: true })
export class TakeDurably extends Taking {
  protected override readonly reactor = TAKE_DURABLY;
}

@Reactor({ name: TAKE_DURABLY, fold: NextTallies, events: [Counted], durable: true })
export class TakeNextDurably extends Taking {
  protected override readonly reactor = TAKE_DURABLY;
}

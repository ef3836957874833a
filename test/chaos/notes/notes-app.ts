import { Module, type Type } from '@nestjs/common';
import { Command, CqrsModule } from '@nestjs/cqrs';
import { IsInt, IsString } from 'class-validator';
import {
  type AggregateCommandHandler,
  CommandHandler,
  type CommandReceipt,
  createTenantId,
  type DispatchOptions,
  DomainEvent,
  EventSourcingModule,
  type TenantId,
} from '../../../lib/index.js';
import { redisQueue } from '../../../lib/redis.js';
import { CrashPoints } from '../../support/crash-points.js';
import { crashingQueue } from '../../support/crashing-queue.js';
import { crashingStorage } from '../../support/crashing-storage.js';
import { storeOfPlan } from '../stores/store-of-plan.js';
import type { NotesPlan } from './notes-plan.js';

export const NOTES_TENANT = createTenantId('acme');
export const PAD = 'pad';
const PADS = 5;
/** Of keys that are to let one command through and no more. */
const LONG_MS = 3_600_000;
/** Of keys whose time is over again and again. */
const SHORT_MS = 200;
const SHORT_KEYS = 3;
/** Commands of which those that are alike have a key in common. */
const KEY_SPAN = 40;
const LONGEST_DELAY_MS = 500;

@DomainEvent('note.taken')
export class Noted {
  @IsInt() index!: number;
}

export class TakeNote extends Command<CommandReceipt> {
  @IsInt() index!: number;
  @IsString() tenantId!: TenantId;

  static of(index: number): TakeNote {
    return Object.assign(new TakeNote(), { index, tenantId: NOTES_TENANT });
  }
}

@CommandHandler(TakeNote, {
  type: 'note.take',
  aggregateId: ({ index }) => `pad-${index % PADS}`,
  commandId: ({ index }) => `note-${index}`,
})
class TakeNoteHandler implements AggregateCommandHandler<TakeNote> {
  handle({ index }: TakeNote): readonly object[] {
    return [Object.assign(new Noted(), { index })];
  }
}

export const padIds = Array.from({ length: PADS }, (_, pad) => `pad-${pad}`);

export function indexOf(commandId: string): number {
  return Number(commandId.slice('note-'.length));
}

/** How a command is sent: delayed, deduped, or both. */
export function timingOf(index: number): DispatchOptions {
  const delayMs = 1 + ((index * 37) % LONGEST_DELAY_MS);
  const group = Math.floor(index / KEY_SPAN);
  switch (index % 4) {
    case 0:
      return { delayMs };
    case 1:
      return { dedupe: { key: `once-${group}`, forMs: LONG_MS } };
    case 2:
      return { delayMs, dedupe: { key: `later-${group}`, forMs: LONG_MS } };
    default:
      return { dedupe: { key: `now-and-then-${index % SHORT_KEYS}`, forMs: SHORT_MS } };
  }
}

/** The application of one process, over Redis, in which every job comes twice but for those of commands. */
export function notesApp({ role, store, crash, ...plan }: NotesPlan): Type {
  const points = new CrashPoints(crash);
  const connection = { host: '127.0.0.1', port: plan.redisPort };

  @Module({
    imports: [EventSourcingModule.forFeature({ pipeline: 'notes', aggregateType: PAD, events: [Noted] })],
    providers: [TakeNoteHandler],
  })
  class NotesModule {}

  @Module({
    imports: [
      CqrsModule.forRoot(),
      EventSourcingModule.forRoot({
        role,
        sweepIntervalMs: plan.sweepIntervalMs,
        eventStore: crashingStorage(storeOfPlan(store, connection), points),
        queue: crashingQueue(redisQueue({ connection, leaseMs: plan.leaseMs }), points),
      }),
      NotesModule,
    ],
  })
  class AppModule {}
  return AppModule;
}

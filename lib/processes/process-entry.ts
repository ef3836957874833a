import type { EventMetadata } from '../events/event-metadata.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { DecidedCommand } from './stream/decision.event.js';
import { CommandConcluded } from './stream/command-concluded.event.js';
import { WakeUpDue } from './stream/wake-up.event.js';

/** What a process is told: an entry of its inbox. */
export type ProcessEntry = {
  readonly sequence: number;
  /** Of what caused it: the id of the event, or of the entry itself. */
  readonly id: string;
  readonly metadata: EventMetadata;
} & ToldEntry;

type ToldEntry =
  | { readonly kind: 'event'; readonly event: RecordedEvent }
  | { readonly kind: 'wake-up'; readonly wakeUp: string; readonly since: number }
  | {
      readonly kind: 'outcome';
      readonly outcome: Pick<CommandConcluded, 'decision' | 'index' | 'refusal'>;
      /** Set where it was refused. */
      readonly command?: DecidedCommand;
    }
  /** The event that a link leads to was removed by retention, or is listed no more. */
  | { readonly kind: 'gone' };

/** An entry of our own as it stands in an inbox; a link as if it led nowhere. */
export function plainEntry({ sequence, id, metadata, data }: RecordedEvent): ProcessEntry {
  const told = { sequence, id, metadata };
  if (data instanceof WakeUpDue) return { ...told, kind: 'wake-up', wakeUp: data.wakeUp, since: data.since };
  if (data instanceof CommandConcluded) return { ...told, kind: 'outcome', outcome: data };
  return { ...told, kind: 'gone' };
}

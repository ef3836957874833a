import { DomainEvent } from '../../events/domain-event.decorator.js';
import type { StreamId } from '../../event-store/stream-id.js';
import type { JsonValue } from '../../events/json-value.js';
import type { CommandOutcome } from '../../commands/command-outcome.js';

/** Why a command was not carried out. */
export interface Refusal {
  readonly status: 'rejected' | 'failed';
  readonly reason: string;
  readonly message: string;
  readonly details: JsonValue;
}

/** An entry of an inbox: what became of a command. */
@DomainEvent('$command-concluded')
export class CommandConcluded {
  /** The decision that it is of, by its sequence. */
  decision!: number;
  /** Which of its commands. */
  index!: number;
  /** `null` when it was carried out. */
  refusal!: Refusal | null;

  static of(decision: number, index: number, outcome: CommandOutcome): CommandConcluded {
    return Object.assign(new CommandConcluded(), { decision, index, refusal: toRefusal(outcome) });
  }
}

/** What became of a command, as far as it is on record. */
export function toOutcome({ refusal }: CommandConcluded, stream: StreamId, commandId: string): CommandOutcome {
  if (refusal === null) return { status: 'stored', commandId, ...stream, eventCount: 0, lastSequence: null };
  const { status, reason, message, details } = refusal;
  if (status === 'rejected') return { status, commandId, reason, message, details };
  return { status, commandId, code: reason, kind: 'permanent', message };
}

function toRefusal(outcome: CommandOutcome): Refusal | null {
  const { status } = outcome;
  if (status === 'stored') return null;
  const { message } = outcome;
  if (status === 'failed') return { status, reason: outcome.code, message, details: null };
  return { status, reason: outcome.reason, message, details: outcome.details ?? null };
}

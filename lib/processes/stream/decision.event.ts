import { DomainEvent } from '../../events/domain-event.decorator.js';
import type { EventMetadata } from '../../events/event-metadata.js';
import type { JsonValue } from '../../events/json-value.js';

/** A command as a decision has it. */
export interface DecidedCommand {
  readonly commandId: string;
  readonly receiptId: string;
  readonly type: string;
  readonly pipeline: string;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly data: JsonValue;
  /** Whether the process hears when it is not carried out. */
  readonly awaited: boolean;
  /** How long it is to wait; milliseconds from 1. */
  readonly delayMs?: number;
}

/** A wake-up that is scheduled. */
export interface ScheduledWakeUp {
  /** The decision that scheduled it, by its sequence. */
  readonly since: number;
  /** Milliseconds since the epoch. */
  readonly dueAt: number;
  /** Of the work that led to it. */
  readonly metadata: EventMetadata;
}

/**
 * What a process is after one entry of its inbox, and what it decided about it: the event at sequence n of its stream is
 * about entry n. It holds all that is open, so the last one is all that one has to know of a process.
 */
export interface DecisionData {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `null` when no process runs. */
  readonly state: JsonValue;
  readonly commands: readonly DecidedCommand[];
  /** All that are scheduled, by name. */
  readonly wakeUps: Readonly<Record<string, ScheduledWakeUp>>;
  /** Commands whose outcome is not known, by the sequence of their decision. */
  readonly awaiting: Readonly<Record<string, readonly number[]>>;
  /** Set when an operator let the process pass the entry. */
  readonly skipped?: { readonly by: string; readonly reason: string };
}

/** A decision after which nothing is open. */
@DomainEvent('$decision')
export class Decision implements DecisionData {
  at!: number;
  state!: JsonValue;
  commands!: readonly DecidedCommand[];
  wakeUps!: Readonly<Record<string, ScheduledWakeUp>>;
  awaiting!: Readonly<Record<string, readonly number[]>>;
  declare skipped?: DecisionData['skipped'];
}

/** One after which wake-ups are scheduled, or outcomes of commands awaited: its type lets it be found in the log. */
@DomainEvent('$open-decision')
export class OpenDecision extends Decision {}

export const OPEN_DECISION = '$open-decision';

/** Before the first entry. */
export const NO_DECISION: DecisionData = { at: 0, state: null, commands: [], wakeUps: {}, awaiting: {} };

export function isOpen({ wakeUps, awaiting }: DecisionData): boolean {
  return Object.keys(wakeUps).length > 0 || Object.keys(awaiting).length > 0;
}

export function toDecisionEvent(data: DecisionData): Decision {
  return Object.assign(isOpen(data) ? new OpenDecision() : new Decision(), data);
}

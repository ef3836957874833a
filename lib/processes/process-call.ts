import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import type { EventMetadata } from '../events/event-metadata.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import { ProcessLimitError } from './errors/process-limit.error.js';
import { UnknownWakeUpError } from './errors/unknown-wake-up.error.js';
import type { ProcessContext, WakeUpTime } from './process-context.js';
import type { ProcessDefinition } from './process-definition.js';
import type { DecidedCommand, ScheduledWakeUp } from './stream/decision.event.js';

/** Commands of one decision. */
const MAX_COMMANDS = 100;
/** The last time that every store can keep; milliseconds since the epoch. */
const MAX_TIME_MS = Date.UTC(2200, 0, 1) - 1;

/** Which process decides, when, and about what. */
export interface DecisionPoint {
  readonly tenantId: TenantId;
  readonly processId: string;
  /** Of the decision. */
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Of what led to it. */
  readonly metadata: EventMetadata;
}

/** Makes a command of a decision of what was sent. @throws UnhandledCommandError, InvalidCommandError */
export type EncodeSent = (command: object, index: number) => DecidedCommand;

/** Collects what a method decides. */
export class ProcessCall implements ProcessContext {
  readonly tenantId: TenantId;
  readonly processId: string;
  readonly now: Date;
  readonly commands: DecidedCommand[] = [];
  private readonly scheduled: Map<string, ScheduledWakeUp>;
  private isOver = false;

  constructor(
    private readonly process: Pick<ProcessDefinition, 'name' | 'wakeUps'>,
    private readonly point: DecisionPoint,
    before: Readonly<Record<string, ScheduledWakeUp>>,
    private readonly encode: EncodeSent,
  ) {
    this.tenantId = point.tenantId;
    this.processId = point.processId;
    this.now = new Date(point.now);
    this.scheduled = new Map(Object.entries(before));
  }

  get wakeUps(): ReadonlyMap<string, Date> {
    return new Map([...this.scheduled].map(([name, { dueAt }]) => [name, new Date(dueAt)]));
  }

  /** All that are scheduled now. */
  get pending(): Readonly<Record<string, ScheduledWakeUp>> {
    return Object.fromEntries(this.scheduled);
  }

  // Properties, so that a method may take them out of the context.
  readonly send = (command: object): void => {
    this.check();
    if (this.commands.length === MAX_COMMANDS) throw new ProcessLimitError(this.process.name, MAX_COMMANDS);
    this.commands.push(this.encode(command, this.commands.length));
  };

  readonly schedule = (wakeUp: string, time: WakeUpTime): void => {
    this.check(wakeUp);
    const { sequence, metadata, now } = this.point;
    this.scheduled.set(wakeUp, { since: sequence, dueAt: toTime(time, now), metadata });
  };

  readonly cancel = (wakeUp: string): void => {
    this.check(wakeUp);
    this.scheduled.delete(wakeUp);
  };

  /** The method has returned. */
  end(): void {
    this.isOver = true;
  }

  private check(wakeUp?: string): void {
    if (this.isOver) {
      throw new InvalidArgumentError('context', 'must not be used once the method of the process manager has returned');
    }
    if (wakeUp !== undefined && !this.process.wakeUps.has(wakeUp)) {
      throw new UnknownWakeUpError(this.process.name, String(wakeUp));
    }
  }
}

function toTime(time: WakeUpTime, now: number): number {
  const { afterMs, at } = time ?? {};
  if (at instanceof Date && afterMs === undefined && Math.abs(at.getTime()) <= MAX_TIME_MS) return at.getTime();
  if (at === undefined && Number.isSafeInteger(afterMs) && afterMs! >= 0 && now + afterMs! <= MAX_TIME_MS) {
    return now + afterMs!;
  }
  throw new InvalidArgumentError(
    'time',
    'must be { afterMs } with an integer from 0, or { at } with a valid Date, before the year 2200',
  );
}

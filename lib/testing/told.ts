import type { CommandRejection } from '../processes/command-rejection.js';
import type { Refusal } from '../processes/stream/command-concluded.event.js';

/** What a process is told: an event, or what `wakeUp` or `rejection` gives. @publicApi */
export type Told = object;

/** A wake-up whose time has come. @publicApi */
export class ToldWakeUp {
  constructor(readonly name: string) {}
}

/** A command that was not carried out. @publicApi */
export class ToldRejection {
  constructor(
    readonly command: object,
    readonly refusal: Refusal,
  ) {}
}

/** The time of a wake-up has come, which must be scheduled. @publicApi */
export function wakeUp(name: string): ToldWakeUp {
  return new ToldWakeUp(name);
}

/** A command that the process has sent was not carried out. @publicApi */
export function rejection(
  command: object,
  more: Partial<Omit<CommandRejection, 'command' | 'commandId'>> = {},
): ToldRejection {
  return new ToldRejection(command, {
    ...{ status: 'rejected', reason: 'REJECTED', message: 'Rejected', details: null },
    ...more,
  });
}

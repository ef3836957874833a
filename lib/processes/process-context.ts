import type { TenantId } from '../tenancy/tenant-id.js';

/** When a process is to be woken: so long after now, milliseconds from 0, or at a time, which may be over. @publicApi */
export type WakeUpTime =
  { readonly afterMs: number; readonly at?: never } | { readonly at: Date; readonly afterMs?: never };

/**
 * What a method of a process manager decides with. All of it takes effect when the method has returned, and nothing when
 * it throws.
 *
 * @publicApi
 */
export interface ProcessContext {
  readonly tenantId: TenantId;
  /** Which process this is: what the `key` of the event gave. */
  readonly processId: string;
  /** The time of the decision, of the injected `Clock`. */
  readonly now: Date;
  /** The wake-ups that are scheduled, by name, with their times. */
  readonly wakeUps: ReadonlyMap<string, Date>;

  /**
   * Sends a command of a class with `@CommandHandler`, for the tenant of the process: once, whatever dies. Where its
   * `@CommandHandler` has no `commandId`, the decision gives it one, so that it is known when it comes twice.
   *
   * @throws UnhandledCommandError, InvalidCommandError, ProcessLimitError
   */
  send(command: object): void;

  /**
   * Lets the method marked with `@OnWakeUp` of that name be called at a time: once, and never before. Scheduled again, it
   * is called at the new time only.
   *
   * @throws UnknownWakeUpError, InvalidArgumentError
   */
  schedule(wakeUp: string, time: WakeUpTime): void;

  /** Takes a wake-up back; also one that is due already and was not told yet. Nothing where there is none. */
  cancel(wakeUp: string): void;
}

import type { Lane } from '../queue/lane.js';
import type { CommandOutcome } from './command-outcome.js';

/** Somebody who waits for a command. */
export interface OutcomeWait {
  /**
   * The next outcome of the command.
   *
   * @throws CommandTimeoutError
   */
  readonly outcome: Promise<CommandOutcome>;
  /** Waits no longer; `outcome` never settles then. */
  cancel(): void;
}

/** Tells those who wait for a command how it ended. Command ids are known within their lane, the aggregate's. */
export abstract class CommandOutcomes {
  abstract publish(lane: Lane, outcome: CommandOutcome): void;

  abstract wait(lane: Lane, commandId: string, timeoutMs: number): OutcomeWait;
}

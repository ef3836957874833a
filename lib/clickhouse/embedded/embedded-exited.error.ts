import { OutageError } from '../../errors/outage.error.js';

/**
 * Handed to `onExit` when the process of embedded ClickHouse ended without being asked to. What it acknowledged is on
 * disk; it is not started again by itself. Restart the application.
 *
 * @publicApi
 */
export class EmbeddedExitedError extends OutageError {
  readonly code = 'EMBEDDED_EXITED';

  /** @param output the last of what the engine printed to its stderr */
  constructor(
    readonly exitCode: number | null,
    readonly signal: NodeJS.Signals | null,
    readonly output: string,
  ) {
    super(
      `Embedded ClickHouse ended by itself (${signal === null ? `exit code ${exitCode}` : `signal ${signal}`}). ` +
        `Restart the application to start it again.${output === '' ? '' : `\n${output}`}`,
    );
  }
}

import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown when what is to be imported is not the whole export of a log: another format, a line that is not as it should
 * be, a hole, or an end that comes too early. What stood before the line may be imported already: get the whole file,
 * and import it from its beginning; nothing is stored twice.
 *
 * @publicApi
 */
export class ImportRefusedError extends EventSourcingError {
  readonly code = 'IMPORT_REFUSED';
  readonly kind = 'permanent';

  /** @param line its number, from 1 */
  constructor(
    readonly line: number,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`Line ${line} cannot be imported: ${problem}. Export the log again, and import the whole file.`, options);
  }
}

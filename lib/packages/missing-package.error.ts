import { EventSourcingError } from '../errors/event-sourcing.error.js';

/**
 * Thrown when an optional package that the chosen adapter needs is not installed, or is installed in a version that
 * the adapter was not built for. The message holds the npm command that mends it.
 *
 * @publicApi
 */
export class MissingPackageError extends EventSourcingError {
  readonly code = 'MISSING_PACKAGE';
  readonly kind = 'permanent';

  /**
   * @param packageName name of the package
   * @param install what npm shall install, such as `chdb@3.4.0`
   * @param purpose what needs it, as the subject of a sentence, such as `The ClickHouse storage`
   * @param found the version that is installed instead, if any
   */
  constructor(
    readonly packageName: string,
    install: string,
    purpose: string,
    readonly found?: string,
    options?: ErrorOptions,
  ) {
    const problem = found === undefined ? 'which is not installed' : `and found ${packageName} ${found}`;
    super(`${purpose} needs the package ${install}, ${problem}. Run: npm install ${install}`, options);
  }
}

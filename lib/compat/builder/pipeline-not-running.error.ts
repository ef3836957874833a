import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * Thrown when a registered pipeline is used before the application that imports its `module` is initialized, or after it is
 * closed.
 *
 * @publicApi
 */
export class PipelineNotRunningError extends EventSourcingError {
  readonly code = 'PIPELINE_NOT_RUNNING';
  readonly kind = 'transient';

  constructor(pipeline: string) {
    super(
      `The pipeline '${pipeline}' is in no application that runs: import the module that register() gave, and use the ` +
        'pipeline from onApplicationBootstrap on.',
    );
  }
}

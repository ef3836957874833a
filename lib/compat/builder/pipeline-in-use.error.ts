import { EventSourcingError } from '../../errors/event-sourcing.error.js';

/**
 * Stops the boot of a second application with the module of one registered pipeline: what its `send()` meant would be open.
 *
 * @publicApi
 */
export class PipelineInUseError extends EventSourcingError {
  readonly code = 'PIPELINE_IN_USE';
  readonly kind = 'permanent';

  constructor(pipeline: string) {
    super(
      `The pipeline '${pipeline}' was registered once and is in two applications: register() it for each of them, or close ` +
        'the first one.',
    );
  }
}

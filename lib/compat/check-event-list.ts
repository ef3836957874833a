import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import type { PipelineEvent } from './pipeline-event.js';

/** @throws InvalidArgumentError for what is no list of objects */
export function checkEventList(events: readonly PipelineEvent[]): void {
  if (!Array.isArray(events)) throw new InvalidArgumentError('events', 'must be a list of events');
  for (const [index, event] of (events as readonly unknown[]).entries()) {
    if (typeof event !== 'object' || event === null) {
      throw new InvalidArgumentError(`events[${index}]`, 'must be an event');
    }
  }
}

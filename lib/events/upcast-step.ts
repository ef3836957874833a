import type { HandlerReference } from '../handlers/handler-reference.js';
import type { EventUpcaster } from './event-upcaster.js';

/** One step from a version of an event to a later one. */
export interface UpcastStep {
  readonly type: string;
  readonly from: number;
  readonly to: number;
  readonly handler: HandlerReference<EventUpcaster>;
}

import type { RecordedEvent } from '../../events/recorded-event.js';
import type { EventPublisher } from '../builder/event-handler.js';
import type { ForwardTarget } from './forward-target.js';
import { toForwarded } from './forwarded-event.js';
import { ForwardingFailedError } from './forwarding-failed.error.js';

/**
 * Brings every event of a pipeline to others, at least once and in the order of its aggregate:
 *
 * ```ts
 * definePipeline()
 *   // …
 *   .withEventPublisher(new EventForwarder(toRedisStream(redis, 'spans')))
 *   .withEventPublisher(new EventForwarder(toQueue(new Queue('spans', { connection }))), { name: 'span_queue' })
 * ```
 *
 * How far it has come stands beside the projections, one checkpoint an aggregate: what its process, its queue or the target
 * lost the answer of is brought again.
 *
 * @publicApi
 */
export class EventForwarder implements EventPublisher {
  constructor(private readonly target: ForwardTarget) {}

  /** @throws ForwardingFailedError when the target does not accept the event; it is called again then */
  async publish(event: RecordedEvent): Promise<void> {
    try {
      await this.target.forward(toForwarded(event));
    } catch (error) {
      throw new ForwardingFailedError(this.target.name, event.id, error);
    }
  }
}

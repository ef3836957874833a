import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import { integerProblem } from '../../errors/integer-problem.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import type { EventPublisher } from '../builder/event-handler.js';
import type { ForwardTarget } from './forward-target.js';
import { toForwarded } from './forwarded-event.js';
import { ForwardingFailedError } from './forwarding-failed.error.js';

const DEFAULT_TIMEOUT_MS = 10_000;

/** @publicApi */
export interface EventForwarderOptions {
  /** How long the target may take to accept an event, before it counts as away; milliseconds. @default 10_000 */
  readonly timeoutMs?: number;
}

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
 * lost the answer of is brought again. A target that refuses an event, or does not answer, is away: the event is brought
 * there again, with pauses, for as long as it takes, and the later ones of its aggregate wait.
 *
 * @publicApi
 */
export class EventForwarder implements EventPublisher {
  readonly timeoutMs: number;

  /** @throws InvalidArgumentError for a time out of its range */
  constructor(
    private readonly target: ForwardTarget,
    { timeoutMs = DEFAULT_TIMEOUT_MS }: EventForwarderOptions = {},
  ) {
    const problem = integerProblem(timeoutMs, 1);
    if (problem !== null) throw new InvalidArgumentError('options.timeoutMs', problem);
    this.timeoutMs = timeoutMs;
  }

  /** @throws ForwardingFailedError when the target does not accept the event; it is called again then */
  async publish(event: RecordedEvent): Promise<void> {
    const { target, timeoutMs } = this;
    const leaving = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const reason = new Error(`no answer within ${timeoutMs} ms`);
        leaving.abort(reason);
        reject(reason);
      }, timeoutMs);
    });
    try {
      await Promise.race([target.forward(toForwarded(event), leaving.signal), silence]);
    } catch (error) {
      throw new ForwardingFailedError(target.name, event.id, error);
    } finally {
      clearTimeout(timer);
    }
  }
}

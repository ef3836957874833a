import type { Clock } from '../clock/clock.js';
import type { EventSerializer } from '../events/event-serializer.js';
import type { IdGenerator } from '../events/id-generator.js';

/** What preparing an append needs; the context of a storage adapter has it. */
export interface PrepareTools {
  readonly serializer: EventSerializer;
  readonly ids: IdGenerator;
  readonly clock: Clock;
}

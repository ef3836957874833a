import { SystemClock } from '../../clock/system-clock.js';
import { ClassValidatorValidator } from '../../events/class-validator.validator.js';
import type { EventClass } from '../../events/event-class.js';
import { EventSerializer } from '../../events/event-serializer.js';
import { EventTypeRegistry } from '../../events/event-type-registry.js';
import type { UpcastStep } from '../../events/upcast-step.js';
import { UuidIdGenerator } from '../../events/uuid-id-generator.js';
import type { StorageContext } from '../../storage/storage.js';
import { ItemAdded, ItemRemoved, Labelled, Noted } from './contract-events.js';

/** What a storage adapter is opened with in tests; by default the event classes of the contract suites are declared. */
export async function createStorageContext(
  overrides: Partial<StorageContext> = {},
  eventClasses: readonly EventClass[] = [ItemAdded, ItemRemoved, Labelled, Noted],
  steps: readonly UpcastStep[] = [],
): Promise<StorageContext> {
  const clock = overrides.clock ?? new SystemClock();
  const types = new EventTypeRegistry(eventClasses, steps);
  const serializer = new EventSerializer(types, await ClassValidatorValidator.create());
  return { clock, serializer, ids: new UuidIdGenerator(clock), ...overrides };
}

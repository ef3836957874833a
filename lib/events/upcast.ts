import type { EventType } from './event-type-registry.js';
import type { EventData } from './event-upcaster.js';
import { NewerEventVersionError } from './newer-event-version.error.js';
import type { StoredEvent } from './stored-event.js';
import { UndecodableEventError } from './undecodable-event.error.js';

/**
 * Takes data step by step to the version of its event class.
 *
 * @throws UndecodableEventError when a step is missing, or fails
 * @throws NewerEventVersionError when the row is of a later version than the class
 */
export function upcast({ type, version, steps }: EventType, row: StoredEvent, data: object): object {
  if (row.version > version) throw new NewerEventVersionError(type, row.version, version, row);
  let upcasted: unknown = data;
  let at = row.version;
  while (at < version) {
    const step = steps.get(at);
    if (!step) throw new UndecodableEventError(row, `its version ${at} has no @Upcaster towards version ${version}`);
    const upcaster = step.handler.resolve();
    if (upcaster instanceof Promise)
      throw new UndecodableEventError(row, `${step.handler.name} is request-scoped, and must not be`);
    try {
      upcasted = upcaster.upcast(upcasted as EventData);
    } catch (cause) {
      throw new UndecodableEventError(row, `${step.handler.name} failed`, { cause });
    }
    if (typeof upcasted !== 'object' || upcasted === null || Array.isArray(upcasted) || upcasted instanceof Promise) {
      throw new UndecodableEventError(row, `${step.handler.name} gave no object`);
    }
    at = step.to;
  }
  return upcasted as object;
}

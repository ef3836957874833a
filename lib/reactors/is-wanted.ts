import type { RecordedEvent } from '../events/recorded-event.js';
import type { ReactorDefinition } from './reactor-definition.js';

/** Whether a reactor is to react to an event. A filter that fails, or does not say, does the work rather than drops it. */
export function isWanted(
  { types, options: { when } }: Pick<ReactorDefinition, 'types' | 'options'>,
  event: RecordedEvent,
): boolean {
  if (!types.has(event.type)) return false;
  try {
    return when?.(event) !== false;
  } catch {
    return true;
  }
}

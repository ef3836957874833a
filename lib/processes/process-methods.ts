import { domainEventMetadata } from '../events/domain-event.decorator.js';
import { onMetadata } from './on.decorator.js';
import { onRejectionMetadata } from './on-rejection.decorator.js';
import { onWakeUpMetadata } from './on-wake-up.decorator.js';
import type { ProcessDefinition } from './process-definition.js';

/** Which methods of a process manager are told what. Where two are told the same, the last one is. */
export function processMethods(processClass: Function): Pick<ProcessDefinition, 'events' | 'wakeUps' | 'rejections'> {
  const prototype = processClass.prototype as object;
  return {
    events: new Map(
      onMetadata(prototype).flatMap(({ eventClass, options: { key, starts = true }, method }) => {
        const type = domainEventMetadata(eventClass)?.type;
        return type === undefined ? [] : [[type, { method, starts, key }] as const];
      }),
    ),
    wakeUps: new Map(onWakeUpMetadata(prototype).map(({ name, method }) => [name, method])),
    rejections: new Map(onRejectionMetadata(prototype).map(({ commandClass, method }) => [commandClass, method])),
  };
}

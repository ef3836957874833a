import { domainEventMetadata } from '../events/domain-event.decorator.js';
import type { EventClass } from '../events/event-class.js';
import { GLOBAL_PIPELINE } from './global-pipeline.js';
import type { HandlerProvider } from './handler-provider.js';
import type { WiringProblems } from './wiring-problems.js';

/** The types of event classes that a handler lists; those that its pipeline does not declare are reported. */
export function declaredTypes(
  provider: HandlerProvider,
  eventClasses: readonly EventClass[],
  problems: WiringProblems,
): readonly string[] {
  const { pipeline } = provider;
  return eventClasses.flatMap((eventClass) => {
    const metadata = domainEventMetadata(eventClass);
    if (!metadata) {
      problems.add(`${provider.name} lists ${eventClass?.name}, which is no event: mark it with @DomainEvent().`);
      return [];
    }
    if (!pipeline.events.includes(eventClass)) {
      problems.add(
        pipeline.pipeline === GLOBAL_PIPELINE
          ? `${provider.name} lists ${eventClass.name}, which no pipeline declares: add it to the events of one.`
          : `${provider.name} lists ${eventClass.name}, which its pipeline does not declare: ` +
              `add it to the events of forFeature({ pipeline: '${pipeline.pipeline}' }).`,
      );
    }
    return [metadata.type];
  });
}

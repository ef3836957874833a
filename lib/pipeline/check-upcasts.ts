import { domainEventMetadata } from '../events/domain-event.decorator.js';
import type { UpcastStep } from '../events/upcast-step.js';
import type { PipelineDefinition } from './pipeline-definition.js';
import type { WiringProblems } from './wiring-problems.js';

/** Reports versions that two steps take, and chains that miss the version of the event class. */
export function checkUpcasts({ events, upcasts }: PipelineDefinition, problems: WiringProblems): void {
  for (const eventClass of events) {
    const metadata = domainEventMetadata(eventClass);
    const steps = upcasts.filter(({ type }) => type === metadata?.type);
    if (!metadata || steps.length === 0) continue;
    problems.addDuplicates(
      steps,
      `The version of ${metadata.type}`,
      ({ from }) => from,
      ({ handler }) => handler.name,
    );
    for (const step of steps) checkChain(step, steps, metadata.version, problems);
  }
}

function checkChain(
  { type, to, handler }: UpcastStep,
  steps: readonly UpcastStep[],
  version: number,
  problems: WiringProblems,
): void {
  if (to > version) {
    problems.add(
      `${handler.name} goes to version ${to} of ${type}, whose class has version ${version}: raise that, or lower this.`,
    );
  } else if (to < version && !steps.some(({ from }) => from === to)) {
    problems.add(
      `No @Upcaster takes version ${to} of ${type}, to which ${handler.name} goes: add the step towards version ${version}.`,
    );
  }
}

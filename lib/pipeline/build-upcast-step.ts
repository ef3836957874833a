import type { UpcastStep } from '../events/upcast-step.js';
import type { UpcasterOptions } from '../events/upcaster.decorator.js';
import { checkVersion } from './check-options.js';
import { declaredTypes } from './event-classes.js';
import type { HandlerProvider } from './handler-provider.js';
import type { WiringProblems } from './wiring-problems.js';

export function buildUpcastStep(
  provider: HandlerProvider,
  { event, from, to = from + 1 }: UpcasterOptions,
  problems: WiringProblems,
): UpcastStep | undefined {
  checkVersion(`${provider.name} (from)`, from, problems);
  checkVersion(`${provider.name} (to)`, to, problems);
  if (to <= from)
    problems.add(`${provider.name} goes from version ${from} to ${to}, which leads nowhere: go to a later one.`);
  if (!provider.hasMethod('upcast')) problems.add(`${provider.name} has no upcast(): an upcaster needs one.`);
  const [type] = declaredTypes(provider, [event], problems);
  return type === undefined ? undefined : { type, from, to, handler: provider.reference() };
}

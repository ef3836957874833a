import { domainEventMetadata } from '../events/domain-event.decorator.js';
import type { FoldProjectionOptions } from '../projections/fold-projection.decorator.js';
import { skipsName } from '../projections/fold-skips.js';
import { routesName } from '../projections/links/route-cursor.js';
import { textProblem } from '../tenancy/text-problem.js';
import { checkFunctions, checkIntegers } from './check-options.js';
import { GLOBAL_PIPELINE } from './global-pipeline.js';
import type { HandlerProvider } from './handler-provider.js';
import type { PipelineOptions } from './pipeline-options.js';
import type { WiringProblems } from './wiring-problems.js';

/** An event that counts for more rows than these costs more than a fold is worth. */
export const MAX_MAX_KEYS = 1_000;

/** Reports what is wrong with the key of a fold, or the lack of one. @param types of the events that the fold takes */
export function checkKey(
  { name: owner }: HandlerProvider,
  { key, pipeline, maxKeys, events }: FoldProjectionOptions,
  types: ReadonlySet<string>,
  problems: WiringProblems,
): void {
  if (pipeline !== undefined && pipeline !== 'all') {
    problems.add(
      `The pipeline of ${owner} must be 'all' or left out, not ${String(pipeline)}: its module says which it is.`,
    );
  }
  checkIntegers(owner, { maxKeys }, 1, problems, MAX_MAX_KEYS);
  if (key !== undefined) {
    checkFunctions(owner, { key }, problems);
  } else if (pipeline === 'all') {
    problems.add(
      `${owner} takes events of all pipelines, which have no aggregate in common: give it a key(event) that names the ` +
        'rows which an event counts for.',
    );
  } else if (maxKeys !== undefined) {
    problems.add(`${owner} has maxKeys and no key: give it a key(event), or leave maxKeys out.`);
  }
  if (key === undefined || events === undefined) return;
  // What its key is typed by is what it is called with.
  const listed = new Set(events.map((eventClass) => domainEventMetadata(eventClass)?.type));
  for (const type of types) {
    if (!listed.has(type)) problems.add(`${owner} applies ${type}, which its events do not list: add it there.`);
  }
  for (const type of listed) {
    if (type !== undefined && !types.has(type))
      problems.add(`${owner} lists ${type} and does not take it: give it an apply(), or a method with @Apply().`);
  }
}

/** Types of the aggregates that events of these types belong to. */
export function sourcesOf(
  types: ReadonlySet<string>,
  { pipeline: own }: HandlerProvider,
  pipelines: readonly PipelineOptions[],
): readonly string[] {
  const taken = own.pipeline === GLOBAL_PIPELINE ? pipelines : [own];
  const isTaken = ({ events }: PipelineOptions): boolean =>
    events.some((eventClass) => types.has(domainEventMetadata(eventClass)?.type ?? ''));
  return taken.filter(isTaken).map(({ aggregateType }) => aggregateType);
}

/** Reports names that would be too long for what is kept of each source. */
export function checkSources(owner: string, name: string, sources: readonly string[], problems: WiringProblems): void {
  for (const source of sources) {
    const problem = textProblem(skipsName(routesName({ name }, source)));
    if (problem !== null)
      problems.add(
        `The name of ${owner} together with the aggregate type '${source}' ${problem}: shorten one of them.`,
      );
  }
}

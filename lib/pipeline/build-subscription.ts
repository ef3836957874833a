import { EventSourcingError } from '../errors/event-sourcing.error.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import { skipsName } from '../projections/fold-skips.js';
import type { RouteDefinition } from '../projections/links/route-definition.js';
import { asideName } from '../subscriptions/put-aside-rows.js';
import type { EventSubscriptionOptions } from '../subscriptions/event-subscription.decorator.js';
import type { SubscriptionDefinition } from '../subscriptions/subscription-definition.js';
import { type EventFilter, toFilter } from '../subscriptions/subscription-filter.js';
import {
  cursorsName,
  partitionsType,
  streamTypes,
  subscriptionComponent,
} from '../subscriptions/subscription-streams.js';
import { textProblem } from '../tenancy/text-problem.js';
import { checkSources, sourcesOf } from './build-fold-key.js';
import { checkChoice, checkFunctions, checkIntegers, checkName, MAX_PROJECTION_NAME_BYTES } from './check-options.js';
import { declaredTypes } from './event-classes.js';
import type { HandlerProvider } from './handler-provider.js';
import type { PipelineOptions } from './pipeline-options.js';
import type { WiringProblems } from './wiring-problems.js';

/** @param pipelines all of them, for a subscription that takes events of any */
export function buildSubscription(
  provider: HandlerProvider,
  options: EventSubscriptionOptions,
  pipelines: readonly PipelineOptions[],
  problems: WiringProblems,
): SubscriptionDefinition {
  const owner = provider.name;
  const { name, query = {}, partition, maxBatchEvents, maxAttempts, timeoutMs, whenExhausted, pipeline } = options;
  checkName(owner, 'name', name, problems, MAX_PROJECTION_NAME_BYTES);
  checkIntegers(owner, { maxBatchEvents, maxAttempts, timeoutMs }, 1, problems);
  checkChoice(owner, { whenExhausted }, ['dead-letter', 'park'], problems);
  checkChoice(owner, { pipeline }, ['all'], problems);
  checkStart(owner, options, problems);
  if (partition !== undefined) checkFunctions(owner, { partition }, problems);
  if (!provider.hasMethod('handle')) problems.add(`${owner} has no handle(): a subscription needs one.`);
  const listed = query?.events ?? provider.pipeline.events;
  if (listed.length === 0) problems.add(`${owner} lists no events: name those that it is told, or leave events out.`);
  const types = new Set(declaredTypes(provider, listed, problems));
  const sources = sourcesOf(types, provider, pipelines);
  const definition: SubscriptionDefinition = {
    ...{ name, types, sources, options },
    isMeant: filterOf(owner, options, problems),
    handler: provider.reference(),
  };
  const whole = partition ? { ...definition, route: routeOf(provider, definition, partition) } : definition;
  if (whole.route) checkSources(owner, whole.route.name, sources, problems);
  for (const type of streamTypes(whole)) {
    for (const beside of [skipsName, asideName]) {
      const problem = textProblem(beside(cursorsName(whole, type)));
      if (problem !== null)
        problems.add(
          `The name of ${owner} together with the aggregate type '${type}' ${problem}: shorten one of them.`,
        );
    }
  }
  return whole;
}

function filterOf(owner: string, { query = {} }: EventSubscriptionOptions, problems: WiringProblems): EventFilter {
  try {
    return toFilter('query', query);
  } catch (error) {
    if (!(error instanceof EventSourcingError)) throw error;
    problems.add(`The query of ${owner} is none: ${error.message}`);
    return () => true;
  }
}

function checkStart(owner: string, { from }: EventSubscriptionOptions, problems: WiringProblems): void {
  const isTime = from instanceof Date && Number.isFinite(from.getTime());
  if (from === undefined || isTime || from === 'beginning' || from === 'now') return;
  problems.add(`The from of ${owner} must be 'beginning', 'now' or a Date, not ${String(from)}.`);
}

/** What is not told comes into no partition. */
function routeOf(
  { handlerClass }: HandlerProvider,
  { name, types, sources, isMeant }: SubscriptionDefinition,
  partition: NonNullable<EventSubscriptionOptions['partition']>,
): RouteDefinition {
  const component = subscriptionComponent(name);
  return {
    ...{ component, name: component, version: 1, projectionClass: handlerClass },
    ...{ types, sources, aggregateType: partitionsType(name) },
    options: {
      maxKeys: 1,
      key: (event: RecordedEvent) => (isMeant(event) ? partition(event as RecordedEvent<never>) : []),
    },
  };
}

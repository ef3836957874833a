import { CommandExecutor } from '../commands/command-executor.js';
import { AllOn } from '../feature-flags/all-on.js';
import { FlagGate } from '../feature-flags/flag-gate.js';
import { FoldExecutor } from '../projections/fold-executor.js';
import { RouteExecutor } from '../projections/links/route-executor.js';
import { MapExecutor } from '../projections/map-executor.js';
import type { LaneConsumer } from '../queue/lane-consumer.js';
import { ReactorExecutor } from '../reactors/reactor-executor.js';
import type { ComponentBirths } from './component-births.js';
import { GatedConsumer } from './gated-consumer.js';
import { LaneWorker } from './lane-worker.js';
import type { RuntimeTools } from './runtime-tools.js';

/** Who works off the lanes of a process, with feature flags before him where there are any. */
export function createLaneWorker(tools: RuntimeTools, births: ComponentBirths): LaneConsumer {
  const { setup, pipelines, foldEvents, foldCache, router, announcer, strikes, unknownCommands } = tools;
  const { storage, featureFlags, serializer, clock, ids } = tools;
  const { events, projections, records } = storage;
  const { checkPurity } = setup;
  const worker = new LaneWorker(
    pipelines,
    new CommandExecutor(pipelines.commands, events, ids),
    new FoldExecutor({ events: foldEvents, projections, cache: foldCache, checkPurity }),
    new RouteExecutor({ store: events, serializer, projections, cache: foldCache, checkPurity }),
    new MapExecutor(events, records, serializer),
    new ReactorExecutor(foldEvents, projections, serializer),
    router,
    announcer,
    births,
    strikes,
    unknownCommands,
  );
  return featureFlags instanceof AllOn ? worker : new GatedConsumer(worker, new FlagGate(featureFlags, setup, clock));
}

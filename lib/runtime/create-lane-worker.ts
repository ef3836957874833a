import { CommandExecutor } from '../commands/command-executor.js';
import { AllOn } from '../feature-flags/all-on.js';
import type { FeatureFlags } from '../feature-flags/feature-flags.js';
import { FlagGate } from '../feature-flags/flag-gate.js';
import { FoldExecutor } from '../projections/fold-executor.js';
import { FoldReplay } from '../projections/fold-replay.js';
import { RouteExecutor } from '../projections/links/route-executor.js';
import { MapExecutor } from '../projections/map-executor.js';
import type { LaneConsumer } from '../queue/lane-consumer.js';
import { DurableReactorExecutor } from '../reactors/durable-reactor-executor.js';
import { ReactorCalls } from '../reactors/reactor-calls.js';
import { ReactorExecutor } from '../reactors/reactor-executor.js';
import { ProcessInbox } from '../processes/process-inbox.js';
import { ProcessLog } from '../processes/process-log.js';
import { createProcessWork } from './create-process-work.js';
import { createSubscriptionWork } from './create-subscription-work.js';
import { FoldWork } from './fold-work.js';
import { GatedConsumer } from './gated-consumer.js';
import { LaneWorker } from './lane-worker.js';
import { pipelineFlags } from './pipeline-flags.js';
import type { RuntimeTools } from './runtime-tools.js';

/** Who works off the lanes of a process, with feature flags before him where there are any. */
export function createLaneWorker(tools: RuntimeTools): LaneConsumer {
  const { setup, pipelines, foldEvents, foldCache, births, router, announcer, strikes, unknownCommands } = tools;
  const { storage, queue, commandMiddlewares, featureFlags, serializer, clock, ids } = tools;
  const { events, projections, records } = storage;
  const { checkPurity } = setup;
  const calls = new ReactorCalls(new FoldReplay(events, foldEvents, projections));
  const folding = new FoldWork(
    pipelines,
    new FoldExecutor({ events: foldEvents, projections, cache: foldCache, checkPurity }),
    new ReactorExecutor(foldEvents, projections, serializer, calls),
    new DurableReactorExecutor({
      ...{ events: foldEvents, projections, serializer, calls },
      bornAt: async (reactor, tenantId, readsLog) => {
        if (readsLog) await births.refresh(tenantId);
        return births.ofReactor(reactor, tenantId);
      },
    }),
    births,
  );
  const processLog = new ProcessLog(events, foldCache);
  const inbox = new ProcessInbox(events, serializer, processLog);
  const worker = new LaneWorker(
    pipelines,
    new CommandExecutor(pipelines.commands, events, ids, queue, inbox, commandMiddlewares),
    folding,
    new RouteExecutor({ store: events, serializer, projections, cache: foldCache, checkPurity }),
    new MapExecutor(events, records, serializer),
    createProcessWork(tools, processLog, inbox),
    createSubscriptionWork(tools),
    router,
    announcer,
    strikes,
    unknownCommands,
  );
  const gated = (consumer: LaneConsumer, flags: FeatureFlags): LaneConsumer =>
    flags instanceof AllOn ? consumer : new GatedConsumer(consumer, new FlagGate(flags, setup, clock));
  return gated(gated(worker, pipelineFlags(pipelines.pipelines)), featureFlags);
}

import type { DiscoveryService } from '@nestjs/core';
import { createBuilds } from './builds/create-builds.js';
import { createComparisons } from './comparisons/create-comparisons.js';
import { CqrsBinding } from './cqrs-binding.js';
import { EventSourcingRuntime } from './event-sourcing.runtime.js';
import { createLaneWorker } from './create-lane-worker.js';
import { Sweep } from './sweep.js';
import { UndispatchedSweep } from './undispatched-sweep.js';
import type { RuntimeTools } from './runtime-tools.js';

/** Puts the runtime together. */
export function createRuntime(tools: RuntimeTools, discovery: DiscoveryService): EventSourcingRuntime {
  const {
    setup,
    pipelines,
    storage,
    queue,
    ledger,
    births,
    unbuilt,
    reconciliation,
    recurringJobs,
    locks,
    dispatcher,
    router,
    announcements,
    announcer,
    staging,
    serializer,
    clock,
  } = tools;
  const { events, projections, records } = storage;
  const comparisons = createComparisons(pipelines, { events, projections, records, router, births });
  return new EventSourcingRuntime({
    role: setup.role,
    cqrs: new CqrsBinding(discovery),
    pipelines,
    announcements,
    announcer,
    births,
    unbuilt,
    builds: createBuilds({
      ...{ pipelines, storage, queue, locks, router, births, unbuilt, ledger, comparisons, serializer, clock },
      checkPurity: setup.checkPurity,
    }),
    queue,
    recurringJobs,
    locks,
    storage,
    dispatcher,
    reconciliation,
    sweep: new Sweep(
      new UndispatchedSweep(events, staging, setup.sweepIntervalMs),
      reconciliation,
      setup.sweepIntervalMs,
    ),
    worker: createLaneWorker(tools),
  });
}

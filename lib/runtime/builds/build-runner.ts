import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { ClosedError } from '../../errors/closed.error.js';
import { describeError } from '../../errors/describe-error.js';
import type { DistributedLock } from '../../locks/distributed-lock.js';
import type { BuildLedger } from './build-ledger.js';
import type { ProjectionBuild } from './projection-build.js';
import type { BuiltProjection, UnbuiltVersions } from './unbuilt-versions.js';

/** Until it is asked again whether another process, which builds, is done or dead. */
const ASK_AGAIN_MS = 1_000;
/** After a build that failed; doubled with each that follows. */
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;

export interface BuildRunnerTools {
  readonly unbuilt: UnbuiltVersions;
  readonly locks: DistributedLock;
  readonly ledger: BuildLedger;
  readonly build: (projection: BuiltProjection) => ProjectionBuild;
  /** What follows from the rows that were built. May be repeated. */
  readonly follow: (projection: BuiltProjection, signal: AbortSignal) => Promise<void>;
}

/**
 * Builds the versions that are not complete, one after the other, beside all other work of a worker. Of one version one
 * process builds at a time; when it dies, another one goes on where it came to. What fails is tried again, for as long as
 * it takes: reads are answered without it.
 */
export class BuildRunner {
  private readonly logger = new Logger('EventSourcing');
  private failures = 0;

  constructor(private readonly tools: BuildRunnerTools) {}

  /** Call it once. It ends when there is nothing left to build, and, with what runs, when the locks are drained. */
  async run(): Promise<void> {
    const { unbuilt } = this.tools;
    while (unbuilt.all.length > 0) {
      const end = await this.round();
      if (end === 'closed' || unbuilt.all.length === 0) return;
      this.failures = end === 'failed' ? this.failures + 1 : 0;
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (this.failures - 1), MAX_PAUSE_MS);
      await delay(end === 'failed' ? pauseMs : ASK_AGAIN_MS, undefined, { ref: false });
    }
  }

  private async round(): Promise<'good' | 'failed' | 'closed'> {
    const { unbuilt, locks } = this.tools;
    let end: 'good' | 'failed' = 'good';
    for (const projection of unbuilt.all) {
      const { component } = projection;
      try {
        await locks.tryHold(`build ${component}`, ({ signal }) => this.build(projection, signal));
      } catch (error) {
        if (error instanceof ClosedError) return 'closed';
        end = 'failed';
        this.logger.warn({ message: 'A build failed; it goes on later', component, error: describeError(error) });
      }
    }
    return end;
  }

  private async build(projection: BuiltProjection, signal: AbortSignal): Promise<void> {
    const { unbuilt, ledger, build, follow } = this.tools;
    const { component } = projection;
    // Another process may have done it meanwhile.
    if (await unbuilt.isComplete(projection)) return;
    this.logger.log({ message: 'Building a version from the log', component });
    const record = await build(projection).run(signal);
    await follow(projection, signal);
    // Nobody goes on with a build after the switch.
    await ledger.save(component, record);
    await unbuilt.complete(projection);
    const { events, aggregates, eventsPerSecond, startedAt, completedAt } = record;
    const tookMs = completedAt! - startedAt;
    this.logger.log({ message: 'A version is complete', component, events, aggregates, eventsPerSecond, tookMs });
  }
}

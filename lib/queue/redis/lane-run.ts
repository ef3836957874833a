import type { Clock } from '../../clock/clock.js';
import { PermanentError } from '../../errors/permanent.error.js';
import { BatchAbort } from '../batch-abort.js';
import { handleInTime } from '../handle-in-time.js';
import type { Job } from '../job.js';
import { type Lane, parseLaneKey } from '../lane.js';
import type { LaneOutcome } from '../lane-batch.js';
import type { LaneConsumer } from '../lane-consumer.js';
import { type LaneTries, nextStep } from '../next-step.js';
import { toFailure } from '../to-failure.js';
import { decodeEntry, type EntryBounds } from './entry-codec.js';
import { type LaneEntries, toSteps } from './lane-entries.js';
import type { BatchEnd, Claim } from './redis-lane-engine.js';

/** A lane that this worker has leased, from its claim to how its batch ended. */
export class LaneRun {
  readonly lane: Lane;
  /** As it stands in keys. */
  readonly tenant: string;
  readonly abort = new BatchAbort();
  /** How it ended, once it has run: jobs done, and why the one after them failed. */
  completed = 0;
  failure: LaneOutcome['failure'];

  constructor(
    readonly claim: Claim,
    private readonly consumer: LaneConsumer,
    private readonly bounds: EntryBounds,
    private readonly stageAhead: (lanes: readonly LaneEntries[]) => Promise<unknown>,
    private readonly clock: Clock,
  ) {
    this.lane = parseLaneKey(claim.lane);
    this.tenant = claim.lane.slice(0, claim.lane.indexOf(':'));
  }

  /** Runs the handler and says what becomes of the batch. Never rejects. */
  async run(): Promise<BatchEnd> {
    const { claim } = this;
    const policy = this.consumer.policy(this.lane);
    let jobs: readonly Job[] = [];
    let outcome: LaneOutcome | undefined;
    let failure: LaneOutcome['failure'];
    let followUps: readonly LaneEntries[] = [];
    try {
      jobs = readable(claim.entries);
      const batch = { lane: this.lane, jobs, attempt: claim.failures + 1, redelivered: claim.redelivered };
      const handle: LaneConsumer['handle'] = (one) => this.consumer.handle(one);
      const found = await handleInTime(handle, batch, this.abort, policy.timeoutMs, this.clock);
      const steps = toSteps(found.followUps, this.bounds);
      // What one script cannot take with the acknowledgement is staged before it; who repeats the batch repeats it.
      for (const step of steps.slice(0, -1)) await this.stageAhead(step);
      followUps = steps.at(-1) ?? [];
      outcome = found;
      failure = found.failure;
    } catch (error) {
      failure = { error };
    }
    const completed = outcome?.completed ?? 0;
    this.completed = completed;
    this.failure = failure;
    const tries: LaneTries =
      completed > 0 || outcome?.advanced
        ? { failures: 0, outages: 0 }
        : { failures: claim.failures, outages: claim.outages };
    const answers = outcome?.answers ?? [];
    const took = { completed, tries, answers, followUps, ...(outcome?.staged && { staged: outcome.staged }) };
    if (outcome?.heldForMs !== undefined) return this.end('hold', { ...took, delayMs: outcome.heldForMs });
    if (!failure) return this.end('settle', took);
    const failed = { ...failure, opaque: !outcome, jobs: jobs.length };
    const step = nextStep(tries, failed, policy, Math.random());
    const error = JSON.stringify(toFailure(failure.error, this.clock.now()));
    switch (step.kind) {
      case 'halve':
        return this.end('settle', { ...took, batchLimit: step.batchLimit });
      case 'wait':
        return this.end('wait', { ...took, error, delayMs: step.delayMs });
      default:
        return this.end(step.kind, { ...took, error });
    }
  }

  /** Gives the lane back as it was. */
  handBack(): BatchEnd {
    const { failures, outages } = this.claim;
    return this.end('settle', { completed: 0, tries: { failures, outages }, followUps: [] });
  }

  private end(
    step: BatchEnd['step'],
    rest: Pick<BatchEnd, 'completed' | 'followUps'> & Partial<BatchEnd> & { readonly tries: LaneTries },
  ): BatchEnd {
    const { tries, ...given } = rest;
    const { lane, token } = this.claim;
    return { lane, token, step, delayMs: 0, batchLimit: 0, error: '', answers: [], ...tries, ...given };
  }
}

/** The jobs up to the first that cannot be read. @throws PermanentError when that is the first of all */
function readable(entries: readonly string[]): readonly Job[] {
  const jobs: Job[] = [];
  for (const entry of entries) {
    try {
      jobs.push(decodeEntry(entry));
    } catch (error) {
      if (jobs.length === 0 || !(error instanceof PermanentError)) throw error;
      break;
    }
  }
  return jobs;
}

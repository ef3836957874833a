import { classifyError } from '../errors/classify-error.js';
import { describeError } from '../errors/describe-error.js';
import { OutageError } from '../errors/outage.error.js';
import type { FoldInput } from '../projections/fold-input.js';
import type { ProjectionKey } from '../projections/stores/projection-row.js';
import type { ProjectionStore } from '../projections/stores/projection-store.js';
import type { EventRangeJob } from '../queue/job.js';
import type { LaneBatch } from '../queue/lane-batch.js';
import type { StagedJob } from '../queue/staged-job.js';
import type { PutAside } from './put-aside.js';
import { callSubscription } from './subscription-calls.js';
import type { SubscriptionDefinition } from './subscription-definition.js';
import { subscriptionJob } from './subscription-jobs.js';

export const DEFAULT_MAX_BATCH_EVENTS = 100;
export const DEFAULT_SUBSCRIPTION_ATTEMPTS = 5;
/**
 * After this time a run goes no further, so that others have their turn. No option: a batch is never cut by it, and who
 * goes no further loses nothing but a look at the cursor.
 */
const MAX_RUN_MS = 1_000;

export interface SubscriptionRunTools {
  readonly projections: ProjectionStore;
  readonly putAside: PutAside;
  readonly stage: (jobs: readonly StagedJob[]) => Promise<unknown>;
}

/** Where a run begins. */
export interface Standing {
  readonly key: ProjectionKey;
  readonly sequence: number;
  /** The last event that was ever put aside; 0 without any. Past the cursor, who put it aside died before he passed it. */
  readonly lastAside: number;
  /** When the last event up to there was recorded; milliseconds since the epoch. */
  readonly updatedAt: number;
}

/**
 * Tells events of one stream, in order, and keeps on record how far it came.
 *
 *     cursor ──done── waiting for company, at most a batch ──▶ reached
 *       └─▶ told together: done, on record
 *             └─failed─▶ told one by one: done …
 *                          └─failed─▶ again later, or at the end of its attempts: put aside, or the stream parks
 *
 * The cursor is saved only behind what was done or is on record as put aside; so what dies in between is told again.
 */
export class SubscriptionRun {
  private waiting: FoldInput[] = [];
  private done: number;
  private saved: number;
  private lastRecordedAt: number;
  /** Up to here nothing is left to be told but what waits for company. */
  private looked: number;
  /** The first event of this run, which earlier attempts may have been at. */
  private first: number | undefined;
  private endAt = performance.now() + MAX_RUN_MS;

  constructor(
    private readonly subscription: SubscriptionDefinition,
    private readonly batch: LaneBatch<EventRangeJob>,
    private readonly standing: Standing,
    private readonly tools: SubscriptionRunTools,
  ) {
    this.done = standing.sequence;
    this.saved = standing.sequence;
    this.looked = standing.sequence;
    this.lastRecordedAt = standing.updatedAt;
  }

  /** Up to where everything is done, or put aside. */
  get cursor(): number {
    return this.done;
  }

  /** Up to where the stream was looked at. */
  get reached(): number {
    return this.looked;
  }

  get isFull(): boolean {
    return this.waiting.length >= (this.subscription.options.maxBatchEvents ?? DEFAULT_MAX_BATCH_EVENTS);
  }

  /** Whether it came forward, and its time is over. */
  get isOver(): boolean {
    return this.done > this.standing.sequence && performance.now() > this.endAt;
  }

  /** The next event that is listed. @param isDue whether it is to be told */
  take(input: FoldInput, isDue: boolean): void {
    this.looked = input.sequence;
    if (isDue) this.waiting.push(input);
    else this.lastRecordedAt = input.event.recordedAt.getTime();
  }

  /** Up to here there is nothing more. */
  cover(sequence: number): void {
    this.looked = Math.max(this.looked, sequence);
  }

  /** Tells what waits. Not all of it where the time is over. @throws what the handler failed with */
  async flush(): Promise<void> {
    const inputs = this.waiting;
    this.waiting = [];
    try {
      if (inputs.length > 0 && !(await this.tellTogether(inputs))) return;
      this.done = this.looked;
    } catch (error) {
      // What comes behind it waits, too.
      this.looked = this.done;
      throw error;
    } finally {
      await this.save();
    }
  }

  /** False where it was not all told. */
  private async tellTogether(inputs: readonly FoldInput[]): Promise<boolean> {
    if (inputs.length > 1) {
      try {
        await this.tell(inputs);
        this.advance(inputs.at(-1)!);
        return true;
      } catch (error) {
        if (this.saysNothing(error)) {
          this.pass(inputs[0]!);
          throw error;
        }
      }
      // Somebody of them failed, and whoever did not is done meanwhile.
      this.endAt = performance.now() + MAX_RUN_MS;
    }
    for (const input of inputs) {
      if (this.isOver) {
        this.looked = this.done;
        return false;
      }
      await this.tellAlone(input);
    }
    return true;
  }

  private async tellAlone(input: FoldInput): Promise<void> {
    this.pass(input);
    try {
      await this.tell([input]);
    } catch (error) {
      if (!(await this.goOnWithout(input, error))) throw error;
    }
    this.advance(input);
  }

  private async tell(inputs: readonly FoldInput[]): Promise<void> {
    const { sequence } = inputs[0]!;
    this.first ??= sequence;
    await callSubscription(this.subscription, this.batch, inputs, this.attemptAt(sequence));
    const { key, lastAside } = this.standing;
    if (inputs.some((one) => one.sequence === lastAside)) await this.tools.putAside.finish(key, lastAside);
  }

  private attemptAt(sequence: number): number {
    return sequence === this.first ? this.batch.attempt : 1;
  }

  /** Whether a failure has nothing to do with the events. */
  private saysNothing(error: unknown): boolean {
    return error instanceof OutageError || this.batch.abort.reason !== undefined;
  }

  /** Puts an event aside whose attempts are over, and lets the queue know of it. */
  private async goOnWithout({ sequence }: FoldInput, error: unknown): Promise<boolean> {
    const { whenExhausted = 'dead-letter', maxAttempts = DEFAULT_SUBSCRIPTION_ATTEMPTS } = this.subscription.options;
    if (whenExhausted === 'park' || this.saysNothing(error)) return false;
    if (isRepeatable(error) && this.attemptAt(sequence) < maxAttempts) return false;
    const event = { sequence, error: describeError(error) };
    if (!(await this.tools.putAside.add(this.standing.key, event))) return false;
    // Before the cursor passes it: whoever dies in between comes to it again.
    await this.tools.stage([
      subscriptionJob(this.subscription.name, this.batch.lane, { from: sequence, to: sequence, events: null }),
    ]);
    await this.saveAt(sequence);
    return true;
  }

  /** Everything in front of an event is done. */
  private pass({ sequence }: FoldInput): void {
    this.done = Math.max(this.done, sequence - 1);
  }

  private advance({ sequence, event }: FoldInput): void {
    this.done = sequence;
    this.lastRecordedAt = event.recordedAt.getTime();
  }

  private save(): Promise<void> {
    return this.saveAt(this.done);
  }

  private async saveAt(sequence: number): Promise<void> {
    if (sequence <= this.saved) return;
    const { key } = this.standing;
    await this.tools.projections.save([{ ...key, sequence, state: {}, updatedAt: this.lastRecordedAt }]);
    this.saved = sequence;
  }
}

export function isRepeatable(error: unknown): boolean {
  const kind = classifyError(error);
  return kind === 'transient' || kind === 'conflict';
}

import { Logger } from '@nestjs/common';
import type { Clock } from '../../clock/clock.js';
import type { DistributedLock } from '../../locks/distributed-lock.js';
import { LockLostError } from '../../locks/lock-lost.error.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { Comparison } from '../comparisons/comparison.js';
import { areSame, type CommonLives, type Lives } from './lives.js';
import type { MemoryLives } from './memory-lives.js';
import type { Reconciler } from './reconciler.js';
import type { Reconciled, ReconciliationRecord } from './reconciliation-record.js';

/** How long a process that starts waits for another one that compares a component. Then it compares it itself. */
const LEADER_WAIT_MS = 600_000;

export interface ReconciliationParts {
  readonly comparisons: readonly Comparison[];
  readonly reconciler: Reconciler;
  readonly record: ReconciliationRecord;
  readonly lives: Pick<MemoryLives, 'common' | 'of' | 'keepRoutes'>;
  /** Whether somebody else compares a component with the log, and begins later. */
  readonly isLeftOut: (component: string) => Promise<boolean>;
  readonly locks: DistributedLock;
  readonly clock: Clock;
  /** How old a comparison may be that another process need not repeat at its start; milliseconds. */
  readonly freshMs: number;
}

/** Whether a comparison that is on record, and was made in the lives of now, need not be repeated. */
type Counts = (reconciled: Reconciled) => boolean;

const ALWAYS: Counts = () => true;
const NEVER: Counts = () => false;

/**
 * Compares components with the log: which of them, when, and by which process.
 *
 * What was appended is staged, or stands on the list of undispatched streams, for as long as the memories of both live on
 * (`Lives`). So one comparison heals a loss when it began after the loss, and it is put on record under the lives that
 * were read before it began. A component is compared by one process at a time; the others wait, and find its record.
 */
export class Reconciliation {
  private readonly logger = new Logger('EventSourcing');
  /** Every comparison of this process is on record under these lives, as far as it knows. */
  private covered: CommonLives | undefined;

  constructor(private readonly parts: ReconciliationParts) {}

  /**
   * At a start: all of it, unless another process has begun so a short time ago, in these lives. Resolves when everything
   * was staged, by whomever. Returns how many jobs this process has staged.
   */
  atStart(): Promise<number> {
    const since = this.parts.clock.now() - this.parts.freshMs;
    return this.ensure(({ startedAt }) => startedAt >= since);
  }

  /** When the components of this process were unknown for a while to those who dispatch. */
  afterAbsence(): Promise<number> {
    return this.ensure(ALWAYS);
  }

  /**
   * Again and again: compares what no comparison on record covers, because a life has ended since. Where nothing was
   * lost it asks for the two lives, and for nothing else. What another process compares is left to it.
   */
  async afterLoss(signal: AbortSignal): Promise<number> {
    const lives = await this.parts.lives.common();
    if (this.covered && areSame(this.covered, lives)) return 0;
    // What is dispatched from now on is for them as well.
    await this.parts.lives.keepRoutes();
    const behind = await this.ensure(ALWAYS, signal);
    if (behind > 0) this.logger.log({ message: 'Staged what was lost with the memory of a server', behind });
    return behind;
  }

  /** On demand: all of it, or what one tenant has. */
  async now(tenantId?: TenantId): Promise<number> {
    if (tenantId === undefined) return this.ensure(NEVER);
    let staged = 0;
    for (const comparison of this.parts.comparisons) {
      if (await this.parts.isLeftOut(comparison.follows ?? comparison.component)) continue;
      staged += await this.parts.reconciler.reconcile(comparison, { tenantId });
    }
    return staged;
  }

  /** @param sweep absent where others are waited for; else what they compare is left out, and looked at again later */
  private async ensure(counts: Counts, sweep?: AbortSignal): Promise<number> {
    const before = await this.parts.lives.common();
    let staged = 0;
    let isComplete = true;
    for (const comparison of this.parts.comparisons) {
      if (await this.parts.isLeftOut(comparison.follows ?? comparison.component)) {
        isComplete = false;
        continue;
      }
      const jobs = sweep ? await this.tryLead(comparison, counts, sweep) : await this.lead(comparison, counts);
      isComplete &&= jobs !== undefined;
      staged += jobs ?? 0;
    }
    if (isComplete) this.covered = before;
    return staged;
  }

  private async tryLead(comparison: Comparison, counts: Counts, signal: AbortSignal): Promise<number | undefined> {
    const result = await this.parts.locks.tryHold(lockOf(comparison), (lease) =>
      this.compare(comparison, counts, AbortSignal.any([signal, lease.signal])),
    );
    return result.held ? result.value : undefined;
  }

  private async lead(comparison: Comparison, counts: Counts): Promise<number> {
    const until = performance.now() + LEADER_WAIT_MS;
    for (;;) {
      const waitMs = Math.max(0, Math.ceil(until - performance.now()));
      try {
        const run = ({ signal }: { readonly signal: AbortSignal }): Promise<number> =>
          this.compare(comparison, counts, signal);
        const result = await this.parts.locks.hold(lockOf(comparison), run, { waitMs });
        // Two that compare at once stage some jobs twice.
        return result.held ? result.value : await this.compare(comparison, counts);
      } catch (error) {
        // Whoever has it now is waited for.
        if (!(error instanceof LockLostError) || waitMs === 0) throw error;
      }
    }
  }

  private async compare(comparison: Comparison, counts: Counts, signal?: AbortSignal): Promise<number> {
    const { reconciler, record, clock } = this.parts;
    const name = nameOf(comparison);
    const lives = await this.parts.lives.of(comparison);
    const [reconciled] = await record.load([name]);
    if (reconciled && isOf(lives, reconciled) && counts(reconciled)) return 0;
    const startedAt = clock.now();
    const staged = await reconciler.reconcile(comparison, { signal });
    await record.save(name, { lives, startedAt });
    return staged;
  }
}

function isOf(lives: Lives, { lives: before }: Reconciled): boolean {
  return areSame(before, lives) && before.route === lives.route;
}

function nameOf({ kind, component }: Comparison): string {
  return `${kind}:${component}`;
}

function lockOf(comparison: Comparison): string {
  return `reconcile:${nameOf(comparison)}`;
}

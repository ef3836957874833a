import type { Clock } from '../../clock/clock.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { AnswerWaits } from '../answer-waits.js';
import { answerKey } from '../check-answers.js';
import type { JobAnswer } from '../job-answer.js';

interface KeptAnswer {
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** Answers of each tenant, kept for a time, the last ones up to a number; and those who wait for answers. */
export class InProcessAnswers {
  /** By tenant and id; the oldest first, as a Map iterates in the order of insertion. */
  private readonly byTenant = new Map<TenantId, Map<string, KeptAnswer>>();
  private readonly waits: AnswerWaits;
  private isSweepDue = false;
  private ended = false;

  constructor(
    private readonly keptMs: number,
    private readonly perTenant: number,
    private readonly clock: Clock,
  ) {
    this.waits = new AnswerWaits(clock);
  }

  /** See `GroupQueue.answer()`. */
  read(tenantId: TenantId, id: string): string | undefined {
    answerKey(tenantId, id);
    const answer = this.byTenant.get(tenantId)?.get(id);
    return answer && answer.until > this.clock.now() ? answer.value : undefined;
  }

  /** See `GroupQueue.awaitAnswer()`. */
  async wait(tenantId: TenantId, id: string, timeoutMs: number): Promise<string | undefined> {
    const answer = this.read(tenantId, id);
    return answer === undefined && !this.ended ? this.waits.wait(answerKey(tenantId, id), timeoutMs) : answer;
  }

  /** Whoever waits still is answered with nothing. */
  end(): void {
    this.ended = true;
    this.waits.end();
  }

  keep(tenantId: TenantId, answers: readonly JobAnswer[]): void {
    if (answers.length === 0) return;
    const kept = this.byTenant.get(tenantId) ?? new Map<string, KeptAnswer>();
    this.byTenant.set(tenantId, kept);
    const until = this.clock.now() + this.keptMs;
    for (const { id, value } of answers) kept.set(id, { value, until });
    for (const id of kept.keys()) {
      if (kept.size <= this.perTenant) break;
      kept.delete(id);
    }
    this.sweepLater();
    if (this.waits.size === 0) return;
    for (const { id, value } of answers) this.waits.settle(answerKey(tenantId, id), value);
  }

  forget(tenantId: TenantId): void {
    this.byTenant.delete(tenantId);
  }

  private sweepLater(): void {
    if (this.isSweepDue) return;
    this.isSweepDue = true;
    this.clock.schedule(this.keptMs, () => this.sweep());
  }

  /** Frees what is over. */
  private sweep(): void {
    this.isSweepDue = false;
    const now = this.clock.now();
    for (const [tenantId, kept] of this.byTenant) {
      for (const [id, { until }] of kept) {
        if (until > now) break;
        kept.delete(id);
      }
      if (kept.size === 0) this.byTenant.delete(tenantId);
    }
    if (this.byTenant.size > 0) this.sweepLater();
  }
}

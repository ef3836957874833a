import { machineTime, type Run } from './journal.js';

/** A lane that a killed worker had in its hands, and another one went on with; of `machineTime()`. */
interface Recovery {
  readonly diedAt: number;
  readonly wentOnAt: number;
}

export interface Recoveries {
  readonly times: readonly Recovery[];
  readonly summary: string;
}

/** When the lanes went on whose batches were not done when their workers were killed. @param deaths by worker */
export function recoveries(runs: readonly Run[], deaths: ReadonlyMap<string, number>): Recoveries {
  const times = runs.flatMap(({ worker, lane, doneAt, begunAt }) => {
    const diedAt = deaths.get(worker);
    if (diedAt === undefined || doneAt !== undefined) return [];
    const later = runs.filter((run) => run.lane === lane && run.worker === worker && run.begunAt > begunAt);
    // It failed or was aborted, and the worker went on with the lane itself.
    if (later.length > 0) return [];
    const next = runs.find((run) => run.lane === lane && run.worker !== worker && run.begunAt > begunAt);
    return next && next.begunAt > diedAt ? [{ diedAt, wentOnAt: next.begunAt }] : [];
  });
  const took = times.map(({ diedAt, wentOnAt }) => wentOnAt - diedAt).toSorted((one, other) => one - other);
  const at = (share: number): string => `${Math.round(took[Math.floor(share * (took.length - 1))] ?? 0)} ms`;
  return { times, summary: `${at(0.5)} (median of ${took.length}), at most ${at(1)}` };
}

const BEAT_MS = 20;

/** Notes when this process, and so mostly the machine, stood still. */
export class Standstills {
  private readonly found: { readonly at: number; readonly ms: number }[] = [];
  private last = machineTime();
  private readonly timer = setInterval(() => this.beat(), BEAT_MS);

  /** How long it stood still in all within the time. */
  between(from: number, to: number): number {
    return this.found.filter(({ at }) => at >= from && at <= to).reduce((sum, { ms }) => sum + ms, 0);
  }

  end(): void {
    clearInterval(this.timer);
  }

  private beat(): void {
    const now = machineTime();
    const late = now - this.last - BEAT_MS;
    if (late > BEAT_MS) this.found.push({ at: now, ms: late });
    this.last = now;
  }
}

import type { BenchResult } from './bench-case.js';
import { measure, median, percentile } from './measure.js';

/** Something to be called by several callers at once, each call for so many events. */
export interface Load {
  readonly callers: number;
  readonly eventsPerCall: number;
  readonly work: (caller: number) => Promise<unknown>;
}

/** A load beside that of its peer; they take turns, and medians over the rounds count. */
export class Comparison {
  private readonly own = new Figures();
  private readonly peers = new Figures();

  constructor(
    readonly name: string,
    private readonly load: Load,
    private readonly peer: string,
    private readonly peerLoad: Load,
  ) {}

  async round(measureMs: number): Promise<void> {
    await this.own.add(this.load, measureMs);
    await this.peers.add(this.peerLoad, measureMs);
  }

  /** Events a second, and beside them how long a call takes. */
  results(): readonly BenchResult[] {
    return [this.rate(), this.duration('p50', 0.5), this.duration('p99', 0.99)];
  }

  rate(): BenchResult {
    const [value, peerValue] = [median(this.own.rates), median(this.peers.rates)];
    return { name: this.name, unit: 'events/s', value, peer: this.peer, peerValue, ratio: value / peerValue };
  }

  private duration(label: string, share: number): BenchResult {
    const [value, peerValue] = [percentile(this.own.durations, share), percentile(this.peers.durations, share)];
    const name = `${this.name}-${label}`;
    return { name, unit: 'ms a call', value, peer: this.peer, peerValue, ratio: peerValue / value };
  }
}

class Figures {
  readonly rates: number[] = [];
  readonly durations: number[] = [];

  async add({ callers, eventsPerCall, work }: Load, measureMs: number): Promise<void> {
    const { rate, durations } = await measure(measureMs, callers, eventsPerCall, work);
    this.rates.push(rate);
    this.durations.push(...durations);
  }
}

/** Comparisons take turns too, so that a slow minute of the machine meets all of them. */
export async function runRounds(comparisons: readonly Comparison[], rounds: number, measureMs: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    for (const comparison of comparisons) await comparison.round(measureMs);
  }
}

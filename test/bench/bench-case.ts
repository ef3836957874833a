/** One figure beside that of its peer, both measured in the same run. */
export interface BenchResult {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** What it is compared with. */
  readonly peer: string;
  readonly peerValue: number;
  /** Always so that higher is better: `value / peerValue` of rates, the other way round of durations. */
  readonly ratio: number;
}

/** How much is measured. */
export interface BenchScale {
  /** Rounds of each case; cases and peers take turns, and medians count. */
  readonly rounds: number;
  /** Length of one measurement in milliseconds. */
  readonly measureMs: number;
  /** Events in the logs, from the small one to the large one. */
  readonly logs: readonly number[];
}

/** A group of cases that share what they are measured on. */
export interface BenchSuite {
  readonly name: string;
  run(scale: BenchScale): Promise<readonly BenchResult[]>;
}

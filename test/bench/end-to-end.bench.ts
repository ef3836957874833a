import type { BenchResult, BenchScale, BenchSuite } from './bench-case.js';
import { SpendingWorld, type Throughput } from './end-to-end/spending-world.js';
import { median, percentile } from './measure.js';
import { sizeLabel } from './size-label.js';

const CARDS = 10_000;
const EVENTS_PER_MS = 10;
const IN_FLIGHT = 2_000;
const LOW_RATE = 100;

const RATE_GOAL = 5_000;
const P50_GOAL_MS = 100;
const P99_GOAL_MS = 250;
/** What a plain job of BullMQ takes: its own script to add, and the one that ends it. */
const COMMANDS_OF_A_JOB = 23;
const BYTES_OF_A_JOB = 1_900;

/** From `commandBus.execute()` in one process to the saved row of a fold in another, through Redis and ClickHouse. */
export const endToEndBench: BenchSuite = {
  name: 'end-to-end',
  async run({ rounds, measureMs, logs }: BenchScale) {
    const small: Throughput[] = [];
    const large: Throughput[] = [];
    const durations: number[] = [];
    const world = await SpendingWorld.open();
    const measure = () => world.throughput(measureMs * EVENTS_PER_MS, CARDS, IN_FLIGHT);
    try {
      // Workers live long: what is measured is warm.
      await measure();
      for (let round = 0; round < rounds; round += 1) {
        small.push(await measure());
        durations.push(...(await world.latencies((measureMs * LOW_RATE * 3) / 1_000, CARDS, LOW_RATE)));
      }
      await world.fill(logs.at(-1)!);
      for (let round = 0; round < rounds; round += 1) large.push(await measure());
    } finally {
      await world.stop();
    }
    const rate = median(small.map((one) => one.rate));
    const grown = median(large.map((one) => one.rate));
    const [p50, p99] = [percentile(durations, 0.5), percentile(durations, 0.99)];
    return [
      rateCase('throughput', rate, 'goal', RATE_GOAL),
      rateCase(`throughput-${sizeLabel(logs.at(-1)!)}`, grown, 'in a log of its own events', rate),
      costCase('latency-100', 'ms, p99', p99, 'goal', P99_GOAL_MS),
      costCase('latency-100-p50', 'ms, p50', p50, 'goal', P50_GOAL_MS),
      costCase('redis-commands', 'commands an event', of(small, 'redisCommands'), 'a BullMQ job', COMMANDS_OF_A_JOB),
      costCase('redis-bytes', 'bytes kept an event', of(small, 'redisBytes'), 'a BullMQ job', BYTES_OF_A_JOB),
      costCase('redis-cpu', 'us an event', of(small, 'redisMicros'), 'its share of the goal', 1_000_000 / RATE_GOAL),
    ];
  },
};

function of(figures: readonly Throughput[], what: 'redisCommands' | 'redisBytes' | 'redisMicros'): number {
  return median(figures.map((one) => one[what]!));
}

function rateCase(name: string, value: number, peer: string, peerValue: number): BenchResult {
  return { name, unit: 'events/s', value, peer, peerValue, ratio: value / peerValue };
}

function costCase(name: string, unit: string, value: number, peer: string, peerValue: number): BenchResult {
  return { name, unit, value, peer, peerValue, ratio: peerValue / value };
}

import type { BenchSuite } from './bench-case.js';
import { aggregateLoads } from './command/aggregate-loads.js';
import { commandRates } from './command/command-rates.js';

/** Commands a second on both queues, and how long it takes to load an aggregate; on PostgreSQL. */
export const commandBench: BenchSuite = {
  name: 'command',
  run: async (scale) => [...(await commandRates(scale)), ...(await aggregateLoads(scale))],
};

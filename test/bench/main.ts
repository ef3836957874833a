import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { appendBench } from './append.bench.js';
import type { BenchScale, BenchSuite } from './bench-case.js';
import { commandBench } from './command.bench.js';
import { endToEndBench } from './end-to-end.bench.js';
import { foldBench } from './fold.bench.js';
import { queueBench } from './queue.bench.js';
import { readBench } from './read.bench.js';

const SUITES: readonly BenchSuite[] = [appendBench, readBench, queueBench, foldBench, commandBench, endToEndBench];

const FULL: BenchScale = { rounds: 5, measureMs: 4_000, logs: [10_000, 100_000, 1_000_000] };
const QUICK: BenchScale = { rounds: 3, measureMs: 1_000, logs: [10_000, 100_000] };

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
});
const suite = SUITES.find(({ name }) => name === positionals[0]);
if (!suite) {
  console.error(`Usage: npm run bench -- ${SUITES.map(({ name }) => name).join(' | ')} [--quick] [--json FILE]`);
  process.exit(2);
}
const cases = await suite.run(values.quick ? QUICK : FULL);
console.table(
  cases.map(({ value, peerValue, ratio, ...rest }) => ({
    ...rest,
    value: Number(value.toPrecision(4)),
    peerValue: Number(peerValue.toPrecision(4)),
    ratio: Number(ratio.toPrecision(3)),
  })),
);
if (values.json) await writeFile(values.json, `${JSON.stringify({ suite: suite.name, cases }, null, 2)}\n`);

// Adds up what vitest left in each step's directory (<results>/<step>/vitest-<pid>.jsonl, see results-reporter.mjs, and
// the step's exit-code), and names the files that were not run to their end. A step that failed without a failed test
// (lint, build, a crash, a time limit) counts as one failure.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [, , results] = process.argv;
let passed = 0;
let failed = 0;
const left = [];

for (const step of readdirSync(results)) {
  const read = (file) => readFileSync(join(results, step, file), 'utf8');
  let failedHere = 0;
  for (const file of readdirSync(join(results, step)).filter((name) => name.endsWith('.jsonl'))) {
    const lines = read(file).trim().split('\n').map(parse);
    const ended = lines.filter((line) => line.file !== undefined);
    for (const one of ended) {
      passed += one.passed;
      failedHere += one.failed;
    }
    const done = new Set(ended.map((one) => one.file));
    left.push(...lines.flatMap(({ planned = [] }) => planned).filter((one) => !done.has(one)));
  }
  if (failedHere === 0 && Number(read('exit-code')) !== 0) failedHere = 1;
  failed += failedHere;
}

/** The last line may have been cut off. */
function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

// No test at all is no success.
if (passed === 0 && failed === 0) failed = 1;
process.exitCode = failed === 0 ? 0 : 1;
if (left.length > 0) console.log(`${left.length} files did not run to their end:\n  ${left.join('\n  ')}`);
console.log(`${passed} passed, ${failed} failed`);

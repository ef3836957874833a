// Adds up what vitest left in each step's directory (<results>/<step>/vitest-<pid>.json, and the step's exit-code).
// A step that failed without a failed test (lint, build, a crash, a time limit) counts as one failure.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [, , results] = process.argv;
let passed = 0;
let failed = 0;

for (const step of readdirSync(results)) {
  const read = (file) => readFileSync(join(results, step, file), 'utf8');
  let failedHere = 0;
  for (const file of readdirSync(join(results, step)).filter((name) => name.endsWith('.json'))) {
    const report = JSON.parse(read(file));
    passed += report.numPassedTests;
    failedHere += report.numFailedTests;
    // A file that could not even be loaded has no tests to count.
    failedHere += report.testResults.filter(
      (each) => each.status === 'failed' && each.assertionResults.length === 0,
    ).length;
  }
  if (failedHere === 0 && Number(read('exit-code')) !== 0) failedHere = 1;
  failed += failedHere;
}

// No test at all is no success.
if (passed === 0 && failed === 0) failed = 1;
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed`);

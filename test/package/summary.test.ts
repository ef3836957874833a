import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../.scripts/summarize-results.mjs', import.meta.url));

describe('the summary of a CI run', () => {
  let results: string;

  beforeEach(() => {
    results = mkdtempSync(join(tmpdir(), 'results-'));
  });
  afterEach(() => rmSync(results, { recursive: true, force: true }));

  function writeStep(
    name: string,
    exitCode: number,
    reports: { passed: number; failed: number; unloadable?: number }[],
  ) {
    mkdirSync(join(results, name));
    writeFileSync(join(results, name, 'exit-code'), `${exitCode}\n`);
    reports.forEach(({ passed, failed, unloadable = 0 }, index) => {
      const unloadableFile = { status: 'failed', assertionResults: [] };
      const report = {
        numPassedTests: passed,
        numFailedTests: failed,
        testResults: Array.from({ length: unloadable }, () => unloadableFile),
      };
      writeFileSync(join(results, name, `vitest-${index}.json`), JSON.stringify(report));
    });
  }

  function summarize(): { status: number | null; stdout: string } {
    const { status, stdout } = spawnSync(process.execPath, [script, results], { encoding: 'utf8' });
    return { status, stdout };
  }

  it('adds up all steps', () => {
    writeStep('check', 0, [{ passed: 5, failed: 0 }]);
    writeStep('test', 0, [
      { passed: 100, failed: 0 },
      { passed: 20, failed: 0 },
    ]);
    expect(summarize()).toEqual({ status: 0, stdout: '125 passed, 0 failed\n' });
  });

  it('counts failed tests and files that could not be loaded', () => {
    writeStep('check', 0, [{ passed: 5, failed: 0 }]);
    writeStep('test', 1, [{ passed: 3, failed: 2, unloadable: 1 }]);
    expect(summarize()).toEqual({ status: 1, stdout: '8 passed, 3 failed\n' });
  });

  it('counts a step that failed without a failed test', () => {
    writeStep('check', 2, []);
    writeStep('test', 124, [{ passed: 3, failed: 0 }]);
    expect(summarize()).toEqual({ status: 1, stdout: '3 passed, 2 failed\n' });
  });

  it('calls no tests at all a failure', () => {
    writeStep('test', 0, []);
    expect(summarize()).toEqual({ status: 1, stdout: '0 passed, 1 failed\n' });
  });
});

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

  interface Run {
    readonly planned: readonly string[];
    readonly ended: readonly { readonly file: string; readonly passed: number; readonly failed: number }[];
  }

  /** As the reporter leaves it: see `results-reporter.mjs`. */
  function writeStep(name: string, exitCode: number, runs: readonly Run[], tail = '') {
    mkdirSync(join(results, name));
    writeFileSync(join(results, name, 'exit-code'), `${exitCode}\n`);
    runs.forEach(({ planned, ended }, index) => {
      const lines = [{ planned }, ...ended].map((line) => `${JSON.stringify(line)}\n`);
      writeFileSync(join(results, name, `vitest-${index}.jsonl`), lines.join('') + tail);
    });
  }

  const run = (...counts: readonly (readonly [passed: number, failed: number])[]): Run => {
    const ended = counts.map(([passed, failed], index) => ({ file: `unit: test/${index}.test.ts`, passed, failed }));
    return { planned: ended.map(({ file }) => file), ended };
  };

  function summarize(): { status: number | null; stdout: string } {
    const { status, stdout } = spawnSync(process.execPath, [script, results], { encoding: 'utf8' });
    return { status, stdout };
  }

  it('adds up all files of all steps', () => {
    writeStep('check', 0, [run([5, 0])]);
    writeStep('test', 0, [run([100, 0], [7, 0]), run([20, 0])]);
    expect(summarize()).toEqual({ status: 0, stdout: '132 passed, 0 failed\n' });
  });

  it('counts what failed', () => {
    writeStep('check', 0, [run([5, 0])]);
    writeStep('test', 1, [run([3, 2], [0, 1])]);
    expect(summarize()).toEqual({ status: 1, stdout: '8 passed, 3 failed\n' });
  });

  it('counts a step that failed without a failed test', () => {
    writeStep('check', 2, []);
    writeStep('test', 1, [run([3, 0])]);
    expect(summarize()).toEqual({ status: 1, stdout: '3 passed, 2 failed\n' });
  });

  it('names what had not ended when the time was over', () => {
    const { planned, ended } = run([3, 0]);
    writeStep('test', 124, [{ planned: [...planned, 'e2e: a.test.ts', 'chaos: b.test.ts'], ended }], '{"file":"e2e: a');
    expect(summarize()).toEqual({
      status: 1,
      stdout: '2 files did not run to their end:\n  e2e: a.test.ts\n  chaos: b.test.ts\n3 passed, 1 failed\n',
    });
  });

  it('calls no tests at all a failure', () => {
    writeStep('test', 0, []);
    expect(summarize()).toEqual({ status: 1, stdout: '0 passed, 1 failed\n' });
  });
});

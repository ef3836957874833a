// Writes down what a vitest run is about to do and each file's results as it ends, so that they are known of a run that
// is ended in the middle: lines of JSON in a file of its own in the directory that TEST_RESULTS_DIR names.
import { appendFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export default class ResultsReporter {
  #path = join(process.env.TEST_RESULTS_DIR, `vitest-${process.pid}.jsonl`);

  onTestRunStart(specifications) {
    this.#write({ planned: specifications.map(({ project, moduleId }) => nameOf(project, moduleId)) });
  }

  onTestModuleEnd(module) {
    const count = { passed: 0, failed: 0, skipped: 0 };
    for (const test of module.children.allTests()) count[test.result().state] += 1;
    // A file that could not even be loaded has no tests to count.
    const broken = module.state() === 'failed' && count.failed === 0;
    this.#write({ file: nameOf(module.project, module.moduleId), ...count, failed: count.failed + (broken ? 1 : 0) });
  }

  #write(line) {
    appendFileSync(this.#path, `${JSON.stringify(line)}\n`);
  }
}

function nameOf({ name }, moduleId) {
  return `${name}: ${relative(process.cwd(), moduleId)}`;
}

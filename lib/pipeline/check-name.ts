import { textProblem } from '../tenancy/text-problem.js';
import type { WiringProblems } from './wiring-problems.js';

/** Reports a name that cannot be part of a key. */
export function checkName(owner: string, what: string, name: unknown, problems: WiringProblems): void {
  const problem = textProblem(name);
  if (problem !== null) problems.add(`The ${what} of ${owner} ${problem}.`);
}

/** Reports a version that is not an integer from 1 to 65,535. */
export function checkVersion(owner: string, version: number, problems: WiringProblems): void {
  if (Number.isInteger(version) && version >= 1 && version <= 65_535) return;
  problems.add(`The version of ${owner} is ${version}: use an integer from 1 to 65535.`);
}

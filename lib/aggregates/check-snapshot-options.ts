import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { integerProblem } from '../errors/integer-problem.js';
import type { SnapshotOptions } from './snapshot-options.js';

const MAX_VERSION = 65_535;

/** @throws InvalidArgumentError */
export function checkSnapshotOptions<S>(options: SnapshotOptions<S> | undefined): void {
  if (options === undefined) return;
  const { every, version = 1 } = options;
  const problem = integerProblem(every, 1);
  if (problem !== null) throw new InvalidArgumentError('snapshot.every', problem);
  const versionProblem = integerProblem(version, 1, MAX_VERSION);
  if (versionProblem !== null) throw new InvalidArgumentError('snapshot.version', versionProblem);
}

import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { integerProblem } from '../errors/integer-problem.js';
import { textProblem } from '../tenancy/text-problem.js';
import { MAX_ONCE_KEY_BYTES, MAX_ONCE_VALUE_BYTES, type Once } from './once.js';

/** @throws InvalidArgumentError */
export function checkOnce({ key, value, forMs }: Once): void {
  const problems = {
    key: textProblem(key, MAX_ONCE_KEY_BYTES),
    value: textProblem(value, MAX_ONCE_VALUE_BYTES),
    forMs: integerProblem(forMs, 1),
  };
  for (const [name, problem] of Object.entries(problems)) {
    if (problem !== null) throw new InvalidArgumentError(`once.${name}`, problem);
  }
}

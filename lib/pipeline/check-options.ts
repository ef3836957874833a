import { integerProblem } from '../errors/integer-problem.js';
import { isReserved, RESERVED_PREFIX } from '../tenancy/reserved-prefix.js';
import { textProblem } from '../tenancy/text-problem.js';
import type { WiringProblems } from './wiring-problems.js';

const MAX_VERSION = 65_535;

/** Names of projections are parts of names that we make of them. */
export const MAX_PROJECTION_NAME_BYTES = 256;

/** Reports a name that cannot be part of a key, or is reserved. */
export function checkName(
  owner: string,
  what: string,
  name: unknown,
  problems: WiringProblems,
  maxBytes?: number,
): void {
  const problem =
    textProblem(name, maxBytes) ?? (isReserved(String(name)) ? `must not begin with ${RESERVED_PREFIX}` : null);
  if (problem !== null) problems.add(`The ${what} of ${owner} ${problem}.`);
}

/** Reports numbers that are given and are not integers from `min` to `max`. */
export function checkIntegers(
  owner: string,
  values: Readonly<Record<string, unknown>>,
  min: number,
  problems: WiringProblems,
  max?: number,
): void {
  for (const [name, value] of Object.entries(values)) {
    const problem = value === undefined ? null : integerProblem(value, min, max);
    if (problem !== null) problems.add(`The ${name} of ${owner} ${problem}.`);
  }
}

/** Reports a version that is not an integer from 1 to 65,535. */
export function checkVersion(owner: string, version: number, problems: WiringProblems): void {
  const problem = integerProblem(version, 1, MAX_VERSION);
  if (problem !== null) problems.add(`The version of ${owner} ${problem}.`);
}

/** Reports options that are given and are neither true nor false. */
export function checkBooleans(
  owner: string,
  values: Readonly<Record<string, unknown>>,
  problems: WiringProblems,
): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || typeof value === 'boolean') continue;
    problems.add(`The ${name} of ${owner} must be true or false, not ${typeof value}.`);
  }
}

/** Reports options that are given and are none of the choices. */
export function checkChoice(
  owner: string,
  values: Readonly<Record<string, unknown>>,
  choices: readonly string[],
  problems: WiringProblems,
): void {
  const all = choices.map((choice) => `'${choice}'`).join(' or ');
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || choices.includes(value as string)) continue;
    problems.add(`The ${name} of ${owner} must be ${all}, not ${JSON.stringify(value)}.`);
  }
}

/** Reports options that are to be functions and are not. */
export function checkFunctions(
  owner: string,
  values: Readonly<Record<string, unknown>>,
  problems: WiringProblems,
): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'function') problems.add(`The ${name} of ${owner} must be a function, not ${typeof value}.`);
  }
}

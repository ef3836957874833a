import { isDeepStrictEqual } from 'node:util';

/** What an answer says otherwise than expected: one line a field. Fields that nothing is expected of are left out. */
export function differences(what: string, expected: object, answer: object | null): string[] {
  if (answer === null) return [`${what} is missing`];
  const given = answer as Readonly<Record<string, unknown>>;
  return Object.entries(expected)
    .filter(([field, value]) => !isDeepStrictEqual(given[field], value))
    .map(([field, value]) => `${what}: ${field} is ${show(given[field])}, expected ${show(value)}`);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? 'absent';
}

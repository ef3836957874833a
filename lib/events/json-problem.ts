/** Most objects and arrays within each other; what refers to itself has no end of them. */
const MAX_DEPTH = 1_000;

/** Says what keeps a value from being JSON that reads back as it is, or returns `null`. */
export function jsonProblem(value: unknown, depth = 0): string | null {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return null;
    case 'number':
      return Number.isFinite(value) ? null : `must not hold ${value}`;
    case 'object':
      return value === null ? null : objectProblem(value, depth);
    default:
      return `must not hold what is ${typeof value}`;
  }
}

function objectProblem(value: object, depth: number): string | null {
  if (depth > MAX_DEPTH) return `must not be cyclic, nor more than ${MAX_DEPTH} levels deep`;
  if (!Array.isArray(value)) {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== null && prototype !== Object.prototype) return 'must hold plain objects and arrays only';
  }
  for (const part of Array.isArray(value) ? value : Object.values(value)) {
    const problem = jsonProblem(part, depth + 1);
    if (problem !== null) return problem;
  }
  return null;
}

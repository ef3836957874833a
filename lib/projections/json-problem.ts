/**
 * Says what in a value JSON would change or lose, or returns `null`: what came out of a fold must be the same whether it
 * goes into the next event at once or after it was stored. Properties that are `undefined` count as absent.
 *
 * @param value without circles, as JSON.stringify() takes it
 */
export function jsonProblem(value: unknown, path = ''): string | null {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return null;
    case 'number':
      return Number.isFinite(value) ? null : describe(String(value), path);
    case 'object':
      return value === null ? null : objectProblem(value, path);
    default:
      return describe(`a value of type ${typeof value}`, path);
  }
}

function objectProblem(value: object, path: string): string | null {
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) {
      const problem = jsonProblem(element, `${path}[${index}]`);
      if (problem !== null) return problem;
    }
    return null;
  }
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  // What is built in keeps its content where JSON does not see it, and toJSON() gives something else.
  if (tag !== 'Object') return describe(`a ${tag}`, path);
  if ('toJSON' in value && typeof value.toJSON === 'function') return describe('an object with toJSON()', path);
  for (const [name, property] of Object.entries(value)) {
    const problem = property === undefined ? null : jsonProblem(property, path === '' ? name : `${path}.${name}`);
    if (problem !== null) return problem;
  }
  return null;
}

function describe(what: string, path: string): string {
  return path === '' ? what : `${what} at ${path}`;
}

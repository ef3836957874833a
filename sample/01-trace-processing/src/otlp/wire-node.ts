import type { Problems } from './problems.js';

/** A value of a parsed body with its path. Absent and `null` are the same, as in protobuf's JSON mapping. */
export class WireNode {
  constructor(
    readonly value: unknown,
    readonly path: string,
    private readonly problems: Problems,
  ) {}

  get missing(): boolean {
    return this.value === undefined || this.value === null;
  }

  /** Notes what is wrong with this value; returns `null`, so that readers can end with it. */
  problem(message: string): null {
    this.problems.add(this.path || 'body', message);
    return null;
  }

  /** The value under a key, missing when this is not an object. */
  get(key: string): WireNode {
    const value = isObject(this.value) && Object.hasOwn(this.value, key) ? this.value[key] : undefined;
    return new WireNode(value, this.path === '' ? key : `${this.path}.${key}`, this.problems);
  }

  /** Whether this is an object; notes a problem when it is not. */
  expectObject(): boolean {
    if (isObject(this.value)) return true;
    this.problem('must be an object');
    return false;
  }

  /** The elements of a repeated field, none when it is missing; notes a problem for those that are not objects. */
  *objects(): Generator<WireNode> {
    if (this.missing) return;
    if (!Array.isArray(this.value)) {
      this.problem('must be an array');
      return;
    }
    for (const [index, value] of this.value.entries()) {
      const item = new WireNode(value, `${this.path}[${index}]`, this.problems);
      if (item.expectObject()) yield item;
    }
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** Collects the values of one statement. Nothing that a caller gives is ever written into the text of a statement. */
export class Parameters {
  readonly values: Record<string, unknown> = {};
  private count = 0;

  /** The placeholder of a value, such as `{p0:String}`. */
  add(type: 'String' | 'Array(String)' | 'UInt32', value: unknown): string {
    const name = `p${this.count++}`;
    this.values[name] = value;
    return `{${name}:${type}}`;
  }
}

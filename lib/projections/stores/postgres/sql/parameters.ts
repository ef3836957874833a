/** Collects the values of one statement. Nothing that a caller gives is ever written into the text of a statement. */
export class Parameters {
  readonly values: (string | number)[] = [];

  /** The placeholder of a value, such as `$1::text`. */
  add(type: 'text' | 'bigint' | 'jsonb', value: string | number): string {
    return `$${this.values.push(value)}::${type}`;
  }
}

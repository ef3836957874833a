/** Milliseconds since the epoch of a column of times: exact, unlike by way of a floating point number of seconds. */
export function toMs(column: string): string {
  return `(extract(epoch FROM ${column}) * 1000)::bigint`;
}

/** A time out of milliseconds since the epoch. */
export function fromMs(expression: string): string {
  return `(timestamptz 'epoch' + ${expression} * interval '1 millisecond')`;
}

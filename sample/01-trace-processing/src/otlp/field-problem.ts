/** What is wrong with one field of a request. */
export interface FieldProblem {
  /** Path of the field, such as `resourceSpans[0].scopeSpans[0].spans[2].traceId`. */
  readonly field: string;
  readonly message: string;
}

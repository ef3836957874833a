import type { FieldProblem } from './field-problem.js';

/** Thrown when a body is not a well-formed OTLP trace export. Send a corrected one; repeating this one cannot help. */
export class MalformedOtlpError extends Error {
  override readonly name = 'MalformedOtlpError';

  constructor(
    message: string,
    readonly problems: readonly FieldProblem[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

import { decodeTraces } from '../../src/otlp/decode-traces.js';
import type { FieldProblem } from '../../src/otlp/field-problem.js';
import { MalformedOtlpError } from '../../src/otlp/malformed-otlp.error.js';
import type { OtlpFormat } from '../../src/otlp/otlp-format.js';

/** What the decoder says is wrong with a body; fails when it finds nothing wrong. */
export function problemsOf(format: OtlpFormat, body: Uint8Array): readonly FieldProblem[] {
  try {
    decodeTraces(format, body);
  } catch (error) {
    if (error instanceof MalformedOtlpError) return error.problems;
    throw error;
  }
  throw new Error('expected a MalformedOtlpError');
}

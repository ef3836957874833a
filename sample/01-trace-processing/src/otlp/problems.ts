import type { FieldProblem } from './field-problem.js';
import { MalformedOtlpError } from './malformed-otlp.error.js';

/** Problems past this number are not looked for: the first ones say what the sender gets wrong. */
const MAX_PROBLEMS = 20;

/** Collects what is wrong with a body, so that one answer names several fields. */
export class Problems {
  private readonly found: FieldProblem[] = [];

  /** @throws MalformedOtlpError when this is the last one that is looked for */
  add(field: string, message: string): void {
    this.found.push({ field, message });
    if (this.found.length >= MAX_PROBLEMS) this.throwIfAny();
  }

  /** @throws MalformedOtlpError */
  throwIfAny(): void {
    if (this.found.length > 0) throw new MalformedOtlpError('The body is not a valid OTLP trace export.', this.found);
  }
}

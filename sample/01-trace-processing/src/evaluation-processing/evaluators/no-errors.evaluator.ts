import { Injectable } from '@nestjs/common';
import { Verdict } from '../../aggregates/verdict.js';
import type { EvaluatedTrace } from './evaluated-trace.js';
import type { Evaluator, Finding } from './evaluator.js';

@Injectable()
export class NoErrorsEvaluator implements Evaluator {
  readonly name = 'no_errors';
  readonly description = 'Passes traces without failed spans; the score is the share of spans that did not fail';

  evaluate({ spans }: EvaluatedTrace): Finding {
    const failed = spans.filter(({ status }) => status === 'error').length;
    return {
      verdict: new Verdict({
        passed: failed === 0,
        score: 1 - failed / spans.length,
        details: `${failed} of ${spans.length} spans failed`,
      }),
    };
  }
}

import { Injectable } from '@nestjs/common';
import { Verdict } from '../../aggregates/verdict.js';
import type { EvaluatedTrace } from './evaluated-trace.js';
import type { Evaluator, Finding } from './evaluator.js';
import { readModelOutput } from './model-output.js';

/** In lower case. */
const REFUSALS = ['i cannot help', "i can't help", 'i am unable to', 'as an ai'];

@Injectable()
export class NoRefusalEvaluator implements Evaluator {
  readonly name = 'no_refusal';
  readonly description = 'Passes traces in which no model refused to answer, by phrases in their output';

  evaluate({ spans }: EvaluatedTrace): Finding {
    const outputs = spans.map(({ attributes }) => readModelOutput(attributes)).filter((output) => output !== null);
    if (outputs.length === 0) return { skipped: 'No span has the output of a model.' };
    const refused = outputs.filter((output) => REFUSALS.some((phrase) => output.toLowerCase().includes(phrase)));
    return {
      verdict: new Verdict({
        passed: refused.length === 0,
        label: refused.length === 0 ? 'answered' : 'refused',
        details: `${refused.length} of ${outputs.length} outputs refuse`,
      }),
    };
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { EVALUATORS, type Evaluator } from './evaluator.js';

/** The evaluators that the workers run, by name. */
@Injectable()
export class EvaluatorRegistry {
  private readonly byName: ReadonlyMap<string, Evaluator>;

  constructor(@Inject(EVALUATORS) readonly all: readonly Evaluator[]) {
    this.byName = new Map(all.map((evaluator) => [evaluator.name, evaluator]));
  }

  find(name: string): Evaluator | undefined {
    return this.byName.get(name);
  }
}

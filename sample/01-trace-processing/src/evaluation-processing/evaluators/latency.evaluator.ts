import { Injectable } from '@nestjs/common';
import { Verdict } from '../../aggregates/verdict.js';
import type { EvaluatedTrace } from './evaluated-trace.js';
import type { Evaluator, Finding } from './evaluator.js';

/** The longest that users wait gladly. */
export const MAX_LATENCY_MS = 2_000;

@Injectable()
export class LatencyEvaluator implements Evaluator {
  readonly name = 'latency';
  readonly description = `Passes traces that took at most ${MAX_LATENCY_MS} ms from their first span's start to their last one's end`;

  evaluate({ spans }: EvaluatedTrace): Finding {
    const startedAt = spans.reduce((first, span) => Math.min(first, span.startedAt), Number.POSITIVE_INFINITY);
    const endedAt = spans.reduce((last, span) => Math.max(last, span.endedAt), Number.NEGATIVE_INFINITY);
    const durationMs = Math.round(endedAt - startedAt);
    return {
      verdict: new Verdict({
        passed: durationMs <= MAX_LATENCY_MS,
        score: durationMs <= MAX_LATENCY_MS ? 1 : MAX_LATENCY_MS / durationMs,
        details: `${durationMs} ms`,
      }),
    };
  }
}

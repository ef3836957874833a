import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { differences } from './differences.js';
import { evaluateTrace, EVALUATORS, type ExpectedEvaluation } from './evaluate-trace.js';
import type { SampleClient } from './sample-client.js';
import { waitUntil } from './wait-until.js';

interface EvaluationAnswer {
  readonly traceSequence: number;
  readonly finishedAt: string | null;
}

interface EventsAnswer {
  readonly items: readonly { readonly data: { readonly spanId: string } }[];
}

/** What the evaluations of a tenant's traces should say, and what they say otherwise. */
export interface ComparedEvaluations {
  readonly differences: readonly string[];
  /** How many should have come to a verdict. */
  readonly verdicts: number;
}

/**
 * Waits until each trace was evaluated by each evaluator, and compares what was found with a reckoning of its own. A
 * worker may have evaluated a trace before its last span came; how far, the evaluation says.
 */
export async function compareEvaluations(
  client: SampleClient,
  traces: ReadonlyMap<string, readonly ReadableSpan[]>,
  deadline: number,
): Promise<ComparedEvaluations> {
  const found: string[] = [];
  let verdicts = 0;
  for (const [traceId, spans] of traces) {
    for (const evaluator of EVALUATORS) {
      const id = `${traceId}.${evaluator}`;
      const read = () => client.get<EvaluationAnswer>(`/evaluations/${id}`);
      await waitUntil(deadline, async () => ((await read())?.finishedAt ?? null) !== null);
      const answer = await read();
      const expected = answer && (await expectedOf(client, evaluator, traceId, spans, answer.traceSequence));
      if (expected?.status === 'completed') verdicts += 1;
      found.push(...differences(`evaluation ${id}`, expected ?? {}, answer));
    }
  }
  const total = await client.count('/evaluations');
  const all = traces.size * EVALUATORS.length;
  if (total !== all) found.push(`GET /evaluations counts ${total} evaluations, expected ${all}`);
  return { differences: found, verdicts };
}

async function expectedOf(
  client: SampleClient,
  evaluator: (typeof EVALUATORS)[number],
  traceId: string,
  spans: readonly ReadableSpan[],
  traceSequence: number,
): Promise<ExpectedEvaluation> {
  const events = await client.get<EventsAnswer>(`/traces/${traceId}/events?limit=${traceSequence}`);
  const spanIds = new Set(events?.items.map(({ data }) => data.spanId));
  return evaluateTrace(
    evaluator,
    spans.filter((span) => spanIds.has(span.spanContext().spanId)),
  );
}

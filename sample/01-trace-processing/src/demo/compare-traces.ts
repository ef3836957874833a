import type { CountedTrace } from './count-traces.js';
import { differences } from './differences.js';
import type { SampleClient, TraceAnswer } from './sample-client.js';
import { waitUntil } from './wait-until.js';

/**
 * Waits until the projections have caught up with what was sent, or until the deadline, and says what differs.
 *
 * @param deadline milliseconds since the epoch
 */
export async function compareTraces(
  client: SampleClient,
  expected: readonly CountedTrace[],
  deadline: number,
): Promise<string[]> {
  for (const trace of expected) {
    await waitUntil(deadline, async () => isProjected(await client.getTrace(trace.traceId), trace));
  }
  const found: string[] = [];
  // Compared only when all are there, so that what is counted twice has had its time to show.
  for (const trace of expected) found.push(...compareTrace(trace, await client.getTrace(trace.traceId)));
  const total = await client.countTraces();
  if (total !== expected.length) found.push(`GET /traces counts ${total} traces, expected ${expected.length}`);
  return found;
}

function isProjected(answer: TraceAnswer | null, expected: CountedTrace): boolean {
  if (answer === null) return false;
  const { summary, spans } = answer;
  return summary.spans >= expected.spans && summary.errors >= expected.errors && spans.length >= expected.spans;
}

function compareTrace(expected: CountedTrace, answer: TraceAnswer | null): string[] {
  const { traceId } = expected;
  const found = differences(`trace ${traceId}`, expected, answer?.summary ?? null);
  if (answer === null) return found;
  const records = new Set(answer.spans.map(({ spanId }) => spanId)).size;
  if (records !== expected.spans || answer.spans.length !== expected.spans) {
    found.push(`trace ${traceId}: ${answer.spans.length} span records of ${records} spans, expected ${expected.spans}`);
  }
  return found;
}

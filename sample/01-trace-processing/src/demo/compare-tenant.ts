import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { CountedTrace } from './count-traces.js';
import type { SampleClient, TraceAnswer } from './sample-client.js';

const POLL_INTERVAL_MS = 100;

/**
 * Waits until the projections have caught up with what was sent, or until the deadline, and says what differs.
 *
 * @param deadline milliseconds since the epoch
 */
export async function compareTenant(
  client: SampleClient,
  expected: readonly CountedTrace[],
  deadline: number,
): Promise<string[]> {
  for (const trace of expected) await waitUntilProjected(client, trace, deadline);
  const differences: string[] = [];
  // Compared only when all are there, so that what is counted twice has had its time to show.
  for (const trace of expected) differences.push(...compareTrace(trace, await client.getTrace(trace.traceId)));
  const total = await client.countTraces();
  if (total !== expected.length) differences.push(`GET /traces counts ${total} traces, expected ${expected.length}`);
  return differences;
}

async function waitUntilProjected(client: SampleClient, expected: CountedTrace, deadline: number): Promise<void> {
  for (;;) {
    const answer = await client.getTrace(expected.traceId);
    if (answer !== null && isProjected(answer, expected)) return;
    if (Date.now() >= deadline) return;
    await delay(POLL_INTERVAL_MS);
  }
}

function isProjected({ summary, spans }: TraceAnswer, expected: CountedTrace): boolean {
  return summary.spans >= expected.spans && summary.errors >= expected.errors && spans.length >= expected.spans;
}

function compareTrace(expected: CountedTrace, answer: TraceAnswer | null): string[] {
  const { traceId } = expected;
  if (answer === null) return [`trace ${traceId} is missing`];
  const differences = Object.entries(expected)
    .filter(([field, value]) => !isDeepStrictEqual(answer.summary[field], value))
    .map(([field, value]) => `trace ${traceId}: ${field} is ${show(answer.summary[field])}, expected ${show(value)}`);
  const records = new Set(answer.spans.map(({ spanId }) => spanId)).size;
  if (records !== expected.spans || answer.spans.length !== expected.spans) {
    differences.push(
      `trace ${traceId}: ${answer.spans.length} span records of ${records} spans, expected ${expected.spans}`,
    );
  }
  return differences;
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? 'absent';
}

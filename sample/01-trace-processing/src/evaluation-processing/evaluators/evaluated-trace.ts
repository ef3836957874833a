import type { EventStore, TenantId } from '@event-sourcing/nestjs';
import { SpanReceived } from '../../trace-processing/events/span-received.event.js';

/** A larger trace is not evaluated: its spans are held in memory. */
export const MAX_EVALUATED_SPANS = 5_000;

/** The spans of a trace as it stood when it was to be evaluated. */
export interface EvaluatedTrace {
  readonly spans: readonly SpanReceived[];
}

/**
 * Reads a trace from the log, which has all of it, where projections may still be behind.
 *
 * @returns `null` when it has more than `MAX_EVALUATED_SPANS`
 */
export async function readTrace(
  log: EventStore,
  tenantId: TenantId,
  { traceId, traceSequence }: { readonly traceId: string; readonly traceSequence: number },
): Promise<EvaluatedTrace | null> {
  const spans: SpanReceived[] = [];
  const stream = { tenantId, aggregateType: 'trace', aggregateId: traceId };
  for await (const { data } of log.read(stream, { to: traceSequence })) {
    if (!(data instanceof SpanReceived)) continue;
    if (spans.push(data) > MAX_EVALUATED_SPANS) return null;
  }
  return { spans };
}

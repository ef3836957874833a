import { Apply, FoldProjection, type FoldHandler, type RecordedEvent } from '@event-sourcing/nestjs';
import { addUsd } from '../../numbers/add-usd.js';
import { roundToMicroseconds } from '../../numbers/round-to-microseconds.js';
import { SpanFailed } from '../events/span-failed.event.js';
import { SpanReceived } from '../events/span-received.event.js';
import { addName, earlierRoot } from './summary-math.js';
import type { TraceSummaryState } from './trace-summary.state.js';

/**
 * One row a trace. A span is counted by its `SpanReceived`, and its error by its `SpanFailed`, so each event adds
 * what no other does. The order in which spans arrive makes no difference.
 */
@FoldProjection({ name: 'trace_summary', version: 1 })
export class TraceSummary implements FoldHandler<TraceSummaryState> {
  init(): TraceSummaryState {
    return {
      spans: 0,
      errors: 0,
      services: [],
      models: [],
      tokens: { input: 0, output: 0 },
      costUsd: 0,
      startedAt: null,
      endedAt: null,
      durationMs: 0,
      root: null,
    };
  }

  @Apply(SpanReceived)
  received(state: TraceSummaryState, { data: span }: RecordedEvent<SpanReceived>): TraceSummaryState {
    const startedAt = Math.min(state.startedAt ?? span.startedAt, span.startedAt);
    const endedAt = Math.max(state.endedAt ?? span.endedAt, span.endedAt);
    return {
      spans: state.spans + 1,
      errors: state.errors,
      services: addName(state.services, span.service),
      models: addName(state.models, span.model),
      tokens: { input: state.tokens.input + span.inputTokens, output: state.tokens.output + span.outputTokens },
      costUsd: addUsd(state.costUsd, span.costUsd),
      startedAt,
      endedAt,
      durationMs: roundToMicroseconds(endedAt - startedAt),
      root: span.parentSpanId === null ? earlierRoot(state.root, span) : state.root,
    };
  }

  @Apply(SpanFailed)
  failed(state: TraceSummaryState): TraceSummaryState {
    return { ...state, errors: state.errors + 1 };
  }
}

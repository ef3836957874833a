import type { EventClass, EventOf } from '../../events/event-class.js';
import { StagedBuilder } from './staged-builder.js';
import type { PipelineBuilder, UnnamedPipeline } from './pipeline-builder.js';

/**
 * Defines a pipeline in code, without connections:
 *
 *     const pipeline = definePipeline()
 *       .withName('trace_processing')
 *       .withAggregateType('trace')
 *       .withEvents(SpanReceived, SpanFailed)
 *       .withFoldProjection('trace_summary', summary)
 *       .withReactor('trace_summary', 'notify_on_error', notifyOnError)
 *       .withCommand('recordSpan', RecordSpanHandler)
 *       .build();
 *
 * Another form of a feature module with annotated classes: it becomes one when it is registered.
 *
 * @publicApi
 */
export function definePipeline(): UnnamedPipeline {
  return {
    withName: (pipeline) => ({
      withAggregateType: (aggregateType) => ({
        withEvents: <const C extends readonly EventClass[]>(...events: C) =>
          // The stages know the types, what stands behind them does not.
          new StagedBuilder({ pipeline, aggregateType, events }) as unknown as PipelineBuilder<EventOf<C>>,
      }),
    }),
  };
}

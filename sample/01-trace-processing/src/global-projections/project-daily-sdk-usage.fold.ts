import { Apply, FoldProjection, type FoldHandler, type RecordedEvent } from '@event-sourcing/nestjs';
import type { SpanSdk } from '../otlp/span-sdk.js';
import { SpanReceived } from '../trace-processing/events/span-received.event.js';
import { MAX_SDKS, type DailySdkUsage, type SdkUsage } from './daily-sdk-usage.js';
import { dayOf } from './day-of.js';

/** One row a project and day: its tenant is the project, its id the day. */
@FoldProjection({
  name: 'project_daily_sdk_usage',
  version: 1,
  pipeline: 'all',
  events: [SpanReceived],
  key: ({ recordedAt }) => dayOf(recordedAt),
})
export class ProjectDailySdkUsage implements FoldHandler<DailySdkUsage> {
  init(): DailySdkUsage {
    return { day: '', spans: 0, sdks: [], unknownSpans: 0, otherSpans: 0 };
  }

  @Apply(SpanReceived)
  span(state: DailySdkUsage, { data, recordedAt }: RecordedEvent<SpanReceived>): DailySdkUsage {
    const next = { ...state, day: dayOf(recordedAt), spans: state.spans + 1 };
    const { sdk } = data;
    if (sdk === null) return { ...next, unknownSpans: state.unknownSpans + 1 };
    const known = state.sdks.findIndex((one) => isSame(one, sdk));
    if (known >= 0) {
      const sdks = state.sdks.map((one, index) => (index === known ? { ...one, spans: one.spans + 1 } : one));
      return { ...next, sdks };
    }
    if (state.sdks.length >= MAX_SDKS) return { ...next, otherSpans: state.otherSpans + 1 };
    return { ...next, sdks: [...state.sdks, { ...sdk, spans: 1 }].sort(byName) };
  }
}

function isSame(one: SpanSdk, other: SpanSdk): boolean {
  return one.name === other.name && one.language === other.language && one.version === other.version;
}

/** By code units, which are the same in every process; a locale is not. */
function byName(one: SdkUsage, other: SdkUsage): number {
  return keyOf(one) < keyOf(other) ? -1 : 1;
}

function keyOf({ name, language, version }: SpanSdk): string {
  return JSON.stringify([name, language, version]);
}

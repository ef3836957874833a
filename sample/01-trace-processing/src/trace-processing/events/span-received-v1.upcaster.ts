import { Upcaster, type EventData, type EventUpcaster } from '@event-sourcing/nestjs';
import { SpanReceived } from './span-received.event.js';

/** Spans of before it was kept which SDK sent them. */
@Upcaster({ event: SpanReceived, from: 1 })
export class SpanReceivedV1 implements EventUpcaster {
  upcast(data: EventData): EventData {
    return { ...data, sdk: null };
  }
}

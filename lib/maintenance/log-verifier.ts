import { EventSourcingError } from '../errors/event-sourcing.error.js';
import type { EventSerializer } from '../events/event-serializer.js';
import { NewerEventVersionError } from '../events/newer-event-version.error.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import { UndecodableEventError } from '../events/undecodable-event.error.js';
import type { EmptiedStream } from '../event-store/emptied-stream.js';
import { toStoredEvent, type LogRow } from '../event-store/log-row.js';
import type { StreamId } from '../event-store/stream-id.js';
import type { LogProblem, LogProblemCode, LogReport } from './log-report.js';
import { compareStreams, type LogEntry } from './walk-log.js';

/** The stream at hand. */
interface StreamAtHand {
  readonly id: StreamId;
  /** Up to where retention has removed events; a removal that was cut may have left some of them. */
  readonly emptiedHead: number;
  sequence: number;
  recordedAt: number;
}

/** Looks at the entries of a log one after the other, in its order. */
export class LogVerifier {
  private streams = 0;
  private events = 0;
  private emptiedStreams = 0;
  private readonly counts: Partial<Record<LogProblemCode, number>> = {};
  private readonly problems: LogProblem[] = [];
  private stream?: StreamAtHand;

  constructor(
    private readonly serializer: EventSerializer,
    private readonly maxProblems: number,
  ) {}

  look(entry: LogEntry): void {
    if (entry.kind === 'emptied') this.begin(entry.emptied, entry.emptied);
    else this.lookAtRow(entry.row);
  }

  report(): LogReport {
    const { streams, events, emptiedStreams, counts, problems } = this;
    return { streams, events, emptiedStreams, counts, problems };
  }

  private begin(id: StreamId, emptied?: EmptiedStream): StreamAtHand {
    this.streams += 1;
    if (emptied) this.emptiedStreams += 1;
    const emptiedHead = emptied?.head ?? 0;
    this.stream = { id, emptiedHead, sequence: 0, recordedAt: Number.NEGATIVE_INFINITY };
    return this.stream;
  }

  private lookAtRow(row: LogRow): void {
    this.events += 1;
    const stream = this.stream && compareStreams(this.stream.id, row) === 0 ? this.stream : this.begin(row);
    this.lookAtPlace(row, stream);
    stream.sequence = Math.max(stream.sequence, row.sequence);
    stream.recordedAt = Math.max(stream.recordedAt, row.recordedAt);
    const event = this.decode(row);
    if (event === undefined) return;
    if (!this.serializer.declares(row.type)) {
      this.add('unknown-type', row, 'no pipeline of this process declares its type');
    } else {
      this.validate(row, event);
    }
  }

  private lookAtPlace(row: LogRow, { emptiedHead, sequence, recordedAt }: StreamAtHand): void {
    const expected = Math.max(sequence, emptiedHead) + 1;
    if (row.sequence === sequence) {
      this.add('doubled-sequence', row, `sequence ${sequence} is there twice`);
    } else if (row.sequence !== expected && (row.sequence > emptiedHead || row.sequence < 1)) {
      this.add('hole', row, `sequence ${expected} was expected`);
    }
    if (row.recordedAt < recordedAt) {
      this.add('time-falls', row, `it was recorded ${recordedAt - row.recordedAt} ms before the event in front of it`);
    }
  }

  private decode(row: LogRow): RecordedEvent | undefined {
    try {
      return this.serializer.deserialize(toStoredEvent(row));
    } catch (error) {
      if (error instanceof UndecodableEventError) this.add('undecodable', row, error.message);
      else if (error instanceof NewerEventVersionError) this.add('newer-version', row, error.message);
      else throw error;
      return undefined;
    }
  }

  private validate(row: LogRow, event: RecordedEvent): void {
    try {
      const problems = this.serializer.problems(event);
      if (problems.length > 0) this.add('invalid', row, problems.join('; '));
    } catch (error) {
      // What cannot be validated at all would not have been stored like this.
      if (!(error instanceof EventSourcingError)) throw error;
      this.add('invalid', row, error.message);
    }
  }

  private add(code: LogProblemCode, row: LogRow, detail: string): void {
    this.counts[code] = (this.counts[code] ?? 0) + 1;
    if (this.problems.length >= this.maxProblems) return;
    const { tenantId, aggregateType, aggregateId, sequence, id: eventId, type } = row;
    this.problems.push({ code, tenantId, aggregateType, aggregateId, sequence, eventId, type, detail });
  }
}

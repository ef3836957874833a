import { EventSourcingError } from '../errors/event-sourcing.error.js';
import type { StoredEvent } from '../events/stored-event.js';
import type { EmptiedStream } from '../event-store/emptied-stream.js';
import type { EventLog } from '../event-store/event-log.js';
import type { KeyedEvent } from '../event-store/log-row.js';
import type { StreamId } from '../event-store/stream-id.js';
import { WrongExpectedSequenceError } from '../event-store/wrong-expected-sequence.error.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import { ExistingRows } from './existing-rows.js';
import { ImportConflictError } from './import-conflict.error.js';
import { ImportRefusedError } from './import-refused.error.js';
import type { ImportResult } from './import-result.js';
import { LOG_FORMAT, LOG_FORMAT_VERSION, type LogLine, type TrailerLine } from './log-lines.js';
import { checkEmptied, checkEvent, parseLogLine } from './parse-log-line.js';
import { restoreOnce } from './stream-restorer.js';
import { compareStreams } from './walk-log.js';

/** Events and bytes at which a batch is stored; the events of one append stay in one batch. */
const BATCH_EVENTS = 1_000;
const BATCH_BYTES = 1_048_576;
/** Batches on their way at once, of different streams; together they hold what an import holds in memory. */
const MAX_IN_FLIGHT = 512;
const MAX_BYTES_IN_FLIGHT = 33_554_432;

/** The stream at hand, and those of its events that are not on their way yet. */
interface StreamAtHand {
  readonly id: StreamId;
  sequence: number;
  waiting: KeyedEvent[];
  bytes: number;
  /** Settled when what came before of this stream is stored. */
  tail: Promise<void>;
}

/**
 * Takes the lines of an export one after the other:
 *
 * *header* → (event or emptied stream, in the order of the log, without a hole) *body* … → (trailer with the right
 * counts) *end*. Anything else is refused. The batches of one stream go one after the other, those of different streams
 * at the same time. What an earlier import has stored is passed over. A batch holds whole appends, so what was cut in the middle of one is not stored.
 */
export class LogImporter {
  private line = 0;
  private phase: 'header' | 'body' | 'end' = 'header';
  private stream?: StreamAtHand;
  private existing?: { readonly tenantId: TenantId; readonly rows: ExistingRows };
  private readonly inFlight = new Set<Promise<void>>();
  private bytesInFlight = 0;
  private failure: { readonly error: unknown } | undefined;
  private seen = { events: 0, emptied: 0 };
  private stored = 0;
  private skipped = 0;

  /** @param onTenant called before the first event of each tenant is stored */
  constructor(
    private readonly log: EventLog,
    private readonly onTenant: (tenantId: TenantId) => Promise<void>,
  ) {}

  /** @throws ImportRefusedError, ImportConflictError, and what storing throws */
  async take(text: string): Promise<void> {
    this.line += 1;
    if (text.trim() === '' && this.phase === 'end') return;
    const line = this.checked(() => parseLogLine(text));
    if ('log' in line) this.takeHeader(line.log);
    else if (this.phase !== 'body')
      throw this.refuse(this.phase === 'header' ? 'the header is missing' : 'it follows the end');
    else if ('event' in line) await this.takeEvent(this.checked(() => checkEvent(line.event)));
    else if ('emptied' in line) await this.takeEmptied(this.checked(() => checkEmptied(line.emptied)));
    else await this.takeTrailer(line);
  }

  /** After the last line. @throws ImportRefusedError when the end is missing */
  async finish(): Promise<ImportResult> {
    if (this.phase !== 'end') {
      this.line += 1;
      throw this.refuse('the file is cut, its end is missing');
    }
    return { events: this.stored, skipped: this.skipped, emptiedStreams: this.seen.emptied };
  }

  /** Waits until nothing is on its way any more, after a failure too. */
  async abandon(): Promise<void> {
    await this.existing?.rows.close();
    await this.allSettled();
  }

  private async allSettled(): Promise<void> {
    while (this.inFlight.size > 0) await Promise.all(this.inFlight);
  }

  private takeHeader({ format, version }: Extract<LogLine, { log: unknown }>['log']): void {
    if (this.phase !== 'header') throw this.refuse('it is a second header');
    if (format !== LOG_FORMAT) throw this.refuse(`its format is ${JSON.stringify(format)} and not ${LOG_FORMAT}`);
    if (version !== LOG_FORMAT_VERSION) {
      throw this.refuse(`its version is ${JSON.stringify(version)}, and this release reads ${LOG_FORMAT_VERSION}`);
    }
    this.phase = 'body';
  }

  private async takeEvent(keyed: KeyedEvent): Promise<void> {
    const { event, key } = keyed;
    const isNew = this.stream === undefined || compareStreams(this.stream.id, event) !== 0;
    const stream = isNew ? await this.begin(event, 0) : this.stream!;
    if (event.sequence !== stream.sequence + 1) {
      throw this.refuse(`sequence ${stream.sequence + 1} was expected, and not ${event.sequence}`);
    }
    if (await this.isThere(event)) {
      stream.sequence = event.sequence;
      this.seen.events += 1;
      this.skipped += 1;
      return;
    }
    const isFull = stream.waiting.length >= BATCH_EVENTS || stream.bytes >= BATCH_BYTES;
    if (isFull && (key === undefined || key !== stream.waiting.at(-1)!.key)) await this.send(stream);
    stream.sequence = event.sequence;
    stream.waiting.push(keyed);
    stream.bytes += event.payload.length;
    this.seen.events += 1;
  }

  private async takeEmptied(emptied: EmptiedStream): Promise<void> {
    const { tenantId, aggregateType, aggregateId } = emptied;
    const stream = await this.begin({ tenantId, aggregateType, aggregateId }, emptied.head);
    stream.tail = this.track(this.restoreEmptied(emptied));
    this.seen.emptied += 1;
  }

  private async takeTrailer({ end }: TrailerLine): Promise<void> {
    const { events, emptied } = this.seen;
    if (end.events !== events || end.emptied !== emptied) {
      throw this.refuse(
        `it says that there are ${end.events} events and ${end.emptied} emptied streams, but ${events} and ${emptied} came`,
      );
    }
    await this.settle();
    this.phase = 'end';
  }

  private async begin(id: StreamId, sequence: number): Promise<StreamAtHand> {
    if (this.stream) {
      if (compareStreams(this.stream.id, id) >= 0) throw this.refuse('its stream is not behind the one before it');
      await this.send(this.stream);
    }
    const { tenantId, aggregateType, aggregateId } = id;
    if (this.existing?.tenantId !== tenantId) {
      await this.existing?.rows.close();
      this.existing = { tenantId, rows: new ExistingRows(this.log, tenantId) };
      await this.onTenant(tenantId);
    }
    const stream = { tenantId, aggregateType, aggregateId };
    this.stream = { id: stream, sequence, waiting: [], bytes: 0, tail: Promise.resolve() };
    return this.stream;
  }

  /** Whether an earlier import has stored the event. */
  private async isThere(event: StoredEvent): Promise<boolean> {
    const { rows } = this.existing!;
    if (rows.ended) return false;
    const row = await rows.at(event);
    if (row === undefined) return false;
    if (row.id !== event.id) throw new ImportConflictError(this.stream!.id, event.sequence);
    return true;
  }

  private async send(stream: StreamAtHand): Promise<void> {
    const { waiting: events, bytes } = stream;
    if (events.length === 0) return;
    stream.waiting = [];
    stream.bytes = 0;
    const before = stream.tail;
    stream.tail = this.track(
      before.then(() => this.restore(stream.id, events)).finally(() => (this.bytesInFlight -= bytes)),
    );
    this.bytesInFlight += bytes;
    while (this.inFlight.size >= MAX_IN_FLIGHT || this.bytesInFlight >= MAX_BYTES_IN_FLIGHT) {
      await Promise.race(this.inFlight);
    }
    this.throwFailure();
  }

  private async settle(): Promise<void> {
    if (this.stream) await this.send(this.stream);
    await this.allSettled();
    this.throwFailure();
  }

  private async restore(stream: StreamId, events: readonly KeyedEvent[]): Promise<void> {
    // A failed batch stands for all that would follow it.
    if (this.failure) return;
    const { stored, skipped } = await restoreOnce(this.log, stream, events);
    this.stored += stored;
    this.skipped += skipped;
  }

  private async restoreEmptied(emptied: EmptiedStream): Promise<void> {
    try {
      await this.log.restoreEmptied(emptied);
    } catch (error) {
      if (!(error instanceof WrongExpectedSequenceError)) throw error;
      throw new ImportConflictError(error.stream, error.actual + 1, { cause: error });
    }
  }

  /** Never rejects: what fails is told by the next step. */
  private track(work: Promise<void>): Promise<void> {
    const tracked: Promise<void> = work
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => this.inFlight.delete(tracked));
    this.inFlight.add(tracked);
    return tracked;
  }

  private throwFailure(): void {
    if (this.failure) throw this.failure.error;
  }

  private checked<T>(check: () => T): T {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof EventSourcingError)) throw error;
      throw this.refuse(error.message, error);
    }
  }

  private refuse(problem: string, cause?: unknown): ImportRefusedError {
    return new ImportRefusedError(this.line, problem, { cause });
  }
}

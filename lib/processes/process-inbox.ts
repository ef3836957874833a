import type { CommandOutcome } from '../commands/command-outcome.js';
import type { ConcludedCommands } from '../commands/concluded-commands.js';
import type { EventMetadata } from '../events/event-metadata.js';
import type { EventSerializer } from '../events/event-serializer.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import type { StoredEvent } from '../events/stored-event.js';
import type { AppendResult } from '../event-store/append-result.js';
import type { EventStore } from '../event-store/event-store.js';
import type { StreamId } from '../event-store/stream-id.js';
import { type Link, placeOf } from '../projections/links/link.event.js';
import type { CommandJob, EventRangeJob } from '../queue/job.js';
import type { ProcessDefinition } from './process-definition.js';
import { plainEntry, type ProcessEntry } from './process-entry.js';
import type { ProcessId, ProcessLog } from './process-log.js';
import { outcomeKey } from './stream/append-keys.js';
import { CommandConcluded, toOutcome } from './stream/command-concluded.event.js';
import { inboxStream, inboxType } from './stream/process-streams.js';
import { WakeUpDue } from './stream/wake-up.event.js';

/** Entries whose events are looked up at a time. */
const ENTRIES_AT_ONCE = 500;

/** Which entries are meant; both ends inclusive. */
interface EntryRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The streams of what processes are told, in one order that never changes: links to events, which come in once each and in
 * the order of their aggregate (`RouteExecutor`), and entries of our own, which come in once under a key.
 */
export class ProcessInbox implements ConcludedCommands {
  constructor(
    private readonly store: EventStore,
    private readonly serializer: EventSerializer,
    private readonly log: ProcessLog,
  ) {}

  /** Puts an entry of our own into an inbox, once. */
  put({ name, tenantId, id }: ProcessId, key: string, data: object, metadata: EventMetadata): Promise<AppendResult> {
    return this.store.append(inboxStream(name, tenantId, id), [{ data, metadata }], { key });
  }

  /** Which of these keys are known. */
  async known({ name, tenantId, id }: ProcessId, keys: readonly string[]): Promise<ReadonlySet<string>> {
    const appended = await this.store.appended(inboxStream(name, tenantId, id), keys);
    return new Set(appended.keys());
  }

  async outcomeOf(stream: StreamId, { commandId, replyTo }: CommandJob): Promise<CommandOutcome | undefined> {
    if (!replyTo) return undefined;
    const { process, processId, decision, index } = replyTo;
    const key = outcomeKey(decision, index);
    const found = await this.store.appended(inboxStream(process, stream.tenantId, processId), [key]);
    const concluded = found.get(key)?.events[0]?.data as CommandConcluded | undefined;
    return concluded && toOutcome(concluded, stream, commandId);
  }

  /** The entries of a range, in order: those that jobs bring along, and from the log what they lack. */
  async *entries(
    process: ProcessDefinition,
    { tenantId, id }: ProcessId,
    given: readonly EventRangeJob[],
    { from, to }: EntryRange,
  ): AsyncIterable<ProcessEntry> {
    const at: ProcessId = { name: process.name, tenantId, id };
    let next = from;
    for (const job of given.toSorted((one, other) => one.from - other.from)) {
      if (job.to < next || next > to) continue;
      yield* this.fromLog(process, at, { from: next, to: job.events === null ? job.to : job.from - 1 });
      for (const [index, stored] of (job.events ?? []).entries()) {
        const sequence = job.from + index;
        if (sequence >= next) yield await this.carried(process, at, sequence, stored);
      }
      next = job.to + 1;
    }
    yield* this.fromLog(process, at, { from: next, to });
  }

  private async carried(
    process: ProcessDefinition,
    at: ProcessId,
    sequence: number,
    stored: StoredEvent,
  ): Promise<ProcessEntry> {
    const event = this.serializer.deserialize(stored);
    return stored.aggregateType === inboxType(at.name)
      ? this.own(process, at, event)
      : toldEvent(process, sequence, event);
  }

  private async *fromLog(process: ProcessDefinition, at: ProcessId, range: EntryRange): AsyncIterable<ProcessEntry> {
    if (range.from > range.to) return;
    let page: RecordedEvent[] = [];
    for await (const event of this.store.read(inboxStream(at.name, at.tenantId, at.id), range)) {
      page.push(event);
      if (page.length < ENTRIES_AT_ONCE) continue;
      yield* this.resolved(process, at, page);
      page = [];
    }
    yield* this.resolved(process, at, page);
  }

  private async *resolved(
    process: ProcessDefinition,
    at: ProcessId,
    page: readonly RecordedEvent[],
  ): AsyncIterable<ProcessEntry> {
    // Those of types that are listed no more may be none that can be read.
    const links = page.filter((event) => isLink(event) && process.events.has((event.data as Link).type));
    const found = this.store.readEach(links.map(placeOf))[Symbol.asyncIterator]();
    try {
      let next = links.length > 0 ? await found.next() : undefined;
      for (const entry of page) {
        const { sequence } = entry;
        if (!isLink(entry)) {
          yield await this.own(process, at, entry);
        } else if (next && !next.done && leadsTo(entry, next.value)) {
          yield toldEvent(process, sequence, next.value);
          next = await found.next();
        } else {
          yield plainEntry(entry);
        }
      }
    } finally {
      await found.return?.();
    }
  }

  private async own(process: ProcessDefinition, at: ProcessId, recorded: RecordedEvent): Promise<ProcessEntry> {
    const entry = plainEntry(recorded);
    if (entry.kind !== 'outcome' || entry.outcome.refusal === null || process.rejections.size === 0) return entry;
    const { decision, index } = entry.outcome;
    for await (const { data } of this.log.decisions(at, [decision])) return { ...entry, command: data.commands[index] };
    return entry;
  }
}

function isLink({ data }: RecordedEvent): boolean {
  return !(data instanceof WakeUpDue || data instanceof CommandConcluded);
}

function toldEvent(process: ProcessDefinition, sequence: number, event: RecordedEvent): ProcessEntry {
  const { id, metadata, type } = event;
  return { sequence, id, metadata, ...(process.events.has(type) ? { kind: 'event', event } : { kind: 'gone' }) };
}

function leadsTo(link: RecordedEvent, { aggregateType, aggregateId, sequence }: RecordedEvent): boolean {
  const place = placeOf(link);
  return place.sequence === sequence && place.aggregateId === aggregateId && place.aggregateType === aggregateType;
}

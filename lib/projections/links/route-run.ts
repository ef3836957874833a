import { createHash } from 'node:crypto';
import type { AppendResult } from '../../event-store/append-result.js';
import type { EventStore } from '../../event-store/event-store.js';
import type { StreamId } from '../../event-store/stream-id.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import type { StoredEvent } from '../../events/stored-event.js';
import { encodeKey } from '../../tenancy/encode-key.js';
import type { ProjectionKey } from '../stores/projection-row.js';
import type { ProjectionStore } from '../stores/projection-store.js';
import { atOnce } from './at-once.js';
import { Link } from './link.event.js';
import { linkStream } from './link-streams.js';
import { type RouteCursor, toRowState } from './route-cursor.js';
import type { RouteDefinition } from './route-definition.js';
import type { SourceEvent } from './source-events.js';

const DEFAULT_MAX_EVENTS = 500;
/** Links of one chunk; the last event of it may bring some more. */
const MAX_LINKS = 5_000;
/** Keys that are appended to at a time. */
const APPENDS_AT_ONCE = 100;

/** Links that one append stored, now or before. */
export interface LinkAppend {
  readonly result: AppendResult;
  /** The events that they lead to, in order; `null` when they are to be read from the log. */
  readonly events: readonly StoredEvent[] | null;
}

/**
 * Takes one aggregate forward, chunk by chunk. Each key of a chunk gets one append with the links of the aggregate to
 * it, under a key of idempotency that the first of them gives. Who routes the same events again, in other chunks, finds
 * that append, and goes on behind the last link that it has: see the README for why each event is linked exactly once.
 */
export class RouteRun {
  /** What was appended, or found to be. */
  readonly appended: LinkAppend[] = [];
  private readonly links = new Map<string, SourceEvent[]>();
  private events = 0;
  private count = 0;
  private updatedAt: number;
  /** Keys that are linked further than the aggregate is taken. */
  private readonly ahead: Map<string, number>;
  private saved: RouteCursor;

  constructor(
    private readonly fold: RouteDefinition,
    private readonly source: StreamId,
    private readonly key: ProjectionKey,
    from: RouteCursor,
    private readonly store: EventStore,
    private readonly projections: ProjectionStore,
  ) {
    this.saved = from;
    this.updatedAt = from.updatedAt;
    this.ahead = new Map(Object.entries(from.ahead));
  }

  /** As it was saved last, or as the run began with it. */
  get cursor(): RouteCursor {
    return this.saved;
  }

  get isFull(): boolean {
    return this.events >= (this.fold.options.maxBatchEvents ?? DEFAULT_MAX_EVENTS) || this.count >= MAX_LINKS;
  }

  add(one: SourceEvent, keys: readonly string[]): void {
    this.events += 1;
    this.updatedAt = Math.max(this.updatedAt, one.event.recordedAt.getTime());
    for (const key of keys) {
      if (this.isAhead(key, one.event.sequence)) continue;
      const links = this.links.get(key);
      if (links) links.push(one);
      else this.links.set(key, [one]);
      this.count += 1;
    }
  }

  /** Appends what was added, and saves that the aggregate is routed up to `to`. */
  async flush(to: number): Promise<void> {
    await atOnce(this.links, APPENDS_AT_ONCE, ([key, links]) => this.append(key, links, to));
    this.links.clear();
    this.events = 0;
    this.count = 0;
    if (to <= this.saved.sequence) return;
    for (const [key, reached] of this.ahead) if (reached <= to) this.ahead.delete(key);
    const { updatedAt } = this;
    const ahead = Object.fromEntries(this.ahead);
    await this.projections.save([{ ...this.key, sequence: to, state: toRowState({ ahead }), updatedAt }]);
    this.saved = { sequence: to, updatedAt, ahead };
  }

  /** Mostly nobody is. */
  private isAhead(key: string, sequence: number): boolean {
    return this.ahead.size > 0 && sequence <= (this.ahead.get(digest(key)) ?? 0);
  }

  private async append(key: string, links: readonly SourceEvent[], to: number): Promise<void> {
    const stream = linkStream(this.fold, this.source.tenantId, key);
    let rest = links;
    while (rest.length > 0) {
      const first = rest[0]!.event;
      const events = rest.map(({ event }) => ({ data: Link.to(event) }));
      const result = await this.store.append(stream, events, { key: appendKey(first), keySince: first.recordedAt });
      const { repeated } = result;
      this.appended.push({ result, events: repeated ? null : rest.map(({ stored }) => stored()) });
      // An append that was there before may have had fewer links, or more.
      const last = repeated ? (result.events.at(-1)!.data as Link).sequence : rest.at(-1)!.event.sequence;
      const reached = Math.max(last, first.sequence);
      if (reached > to) this.ahead.set(digest(key), reached);
      rest = rest.filter(({ event }) => event.sequence > reached);
    }
  }
}

/** Names an append by its first event; ids of events are not known to be unique over aggregates. */
function appendKey({ aggregateType, aggregateId, sequence }: RecordedEvent): string {
  return digest(encodeKey(aggregateType, aggregateId, sequence));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

import { StoreUnavailableError } from '../store-unavailable.error.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import type { StreamId } from '../stream-id.js';
import type { Taken } from './append-batch.js';
import type { Arbiter } from './arbiter.js';
import type { ResolvedOptions } from './clickhouse-event-store-options.js';
import type { Lane, WaitingAppend, WaitingItem } from './lane.js';
import { streamKey } from './stream-key.js';

const SWEEP_MS = 1_000;

/** What the queue asks of the writer. */
export interface LaneQueueEvents {
  /** Something can be taken. */
  ready(): void;
  /** A lane has come to rest. */
  rested(): void;
}

/**
 * The waiting items in their lanes, one lane a stream, and the lanes that can be taken in the order in which they
 * became ready: so a stream with many appends waits behind the others after each of its batches.
 */
export class LaneQueue {
  /** Events and bytes that can be taken now. */
  readyEvents = 0;
  readyBytes = 0;
  private readonly lanes = new Map<string, Lane>();
  private readonly ready = new Set<Lane>();
  /** Tenants whose streams all stand still, until when. */
  private readonly heldTenants = new Map<TenantId, Promise<void>>();
  private waitingItems = 0;
  private waitingBytes = 0;
  private sweeper?: NodeJS.Timeout;

  constructor(
    private readonly options: ResolvedOptions,
    private readonly arbiter: Pick<Arbiter, 'prepare' | 'refresh' | 'rest' | 'candidates'>,
    private readonly events: LaneQueueEvents,
  ) {}

  /** True when nothing waits and nothing flies. */
  get atRest(): boolean {
    return this.waitingItems === 0 && ![...this.lanes.values()].some(({ phase }) => phase === 'flying');
  }

  get hasReady(): boolean {
    return this.ready.size > 0;
  }

  /** Puts an item at the end of its lane, or rejects it when too much waits already. */
  submit(item: WaitingItem): void {
    const bytes = bytesOf(item);
    if (
      this.waitingItems >= this.options.maxWaitingAppends ||
      this.waitingBytes + bytes > this.options.maxWaitingBytes
    ) {
      const what = `${this.waitingItems} appends with ${this.waitingBytes} bytes already wait to be written to ClickHouse`;
      item.reject(new StoreUnavailableError(what));
      return;
    }
    const key = streamKey(item.stream);
    const lane = this.lanes.get(key) ?? this.open(key, item);
    lane.waiting.push(item);
    this.count(lane, item, 1);
    if (this.ready.has(lane)) this.events.ready();
    else if (lane.phase === 'ready') this.offer(lane);
  }

  /** Takes whole appends up to the bounds of a batch, in order; their lanes fly until they are landed or held. */
  take(): Taken[] {
    const { maxBatchEvents, maxBatchBytes } = this.options;
    const batch: Taken[] = [];
    let events = 0;
    let bytes = 0;
    for (const lane of this.ready) {
      const items: WaitingAppend[] = [];
      for (const item of lane.waiting) {
        if (item.kind !== 'append') break;
        const { drafts } = item.append;
        if (events > 0 && (events + drafts.length > maxBatchEvents || bytes + item.append.bytes > maxBatchBytes)) break;
        events += drafts.length;
        bytes += item.append.bytes;
        items.push(item);
      }
      // An append that does not fit waits for the next batch, and nothing overtakes it.
      if (items.length === 0) break;
      this.unready(lane);
      lane.phase = 'flying';
      lane.waiting.splice(0, items.length);
      for (const item of items) this.count(lane, item, -1);
      batch.push({ lane, items });
    }
    return batch;
  }

  /** The lane's batch is settled. */
  land(lane: Lane): void {
    lane.phase = 'ready';
    this.offer(lane);
  }

  /** Nothing of the lanes is taken until `until` resolves; when it rejects, all that waits in them fails. */
  hold(lanes: readonly Lane[], until: Promise<void>): void {
    for (const lane of lanes) {
      this.unready(lane);
      lane.phase = 'held';
    }
    this.events.rested();
    until.then(
      () => lanes.forEach((lane) => this.land(lane)),
      (error: Error) => lanes.forEach((lane) => this.fail(lane, error)),
    );
  }

  /** Puts items that were taken back to where they came from, except those that have waited for too long. */
  handBack(lane: Lane, items: readonly WaitingAppend[]): void {
    const overdue = new Set(items.filter((item) => this.isOverdue(item)));
    for (const item of overdue) item.reject(this.overdueError());
    const kept = items.filter((item) => !overdue.has(item));
    lane.waiting.unshift(...kept);
    for (const item of kept) this.count(lane, item, 1);
  }

  /**
   * New lanes of the tenant are held until then.
   *
   * @param until never rejects
   * @returns the streams that have lanes already
   */
  holdTenant(tenantId: TenantId, until: Promise<void>): readonly StreamId[] {
    const all = Promise.all([this.heldTenants.get(tenantId), until]).then(() => undefined);
    this.heldTenants.set(tenantId, all);
    void all.then(() => {
      if (this.heldTenants.get(tenantId) === all) this.heldTenants.delete(tenantId);
    });
    return [...this.lanes.values()].map(({ stream }) => stream).filter((stream) => stream.tenantId === tenantId);
  }

  /** Rejects everything that waits. */
  rejectAll(error: Error): void {
    for (const lane of [...this.lanes.values()]) this.reject(lane, () => true, error);
  }

  private open(key: string, { stream }: WaitingItem): Lane {
    const lane: Lane = { key, stream, phase: 'ready', waiting: [], events: 0, bytes: 0 };
    this.lanes.set(key, lane);
    const held = this.heldTenants.get(stream.tenantId);
    const until = held ? held.then(() => this.arbiter.prepare(lane)) : this.arbiter.prepare(lane);
    if (until) this.hold([lane], until);
    return lane;
  }

  private fail(lane: Lane, error: Error): void {
    this.reject(lane, () => true, error);
    this.lanes.delete(lane.key);
    this.events.rested();
  }

  /** Answers the lookups whose turn it is, and makes the appends behind them ready to be taken. */
  private offer(lane: Lane): void {
    this.unready(lane);
    for (let next = lane.waiting[0]; next?.kind === 'lookup'; next = lane.waiting[0]) {
      const candidates = this.arbiter.candidates(lane, next.keys);
      Promise.resolve(candidates).then(next.resolve, next.reject);
      lane.waiting.shift();
      this.count(lane, next, -1);
    }
    const [next] = lane.waiting;
    if (next === undefined) {
      this.retire(lane);
      return;
    }
    if (next.kind === 'hold') {
      lane.waiting.shift();
      this.count(lane, next, -1);
      this.hold(
        [lane],
        next.until.then(() => this.arbiter.refresh(lane)),
      );
      next.resolve();
      return;
    }
    this.ready.add(lane);
    this.readyEvents += lane.events;
    this.readyBytes += lane.bytes;
    this.events.ready();
  }

  private unready(lane: Lane): void {
    if (!this.ready.delete(lane)) return;
    this.readyEvents -= lane.events;
    this.readyBytes -= lane.bytes;
  }

  private retire(lane: Lane): void {
    this.lanes.delete(lane.key);
    this.arbiter.rest(lane);
    this.events.rested();
  }

  private sweep(): void {
    for (const lane of [...this.lanes.values()]) {
      this.reject(lane, (item) => this.isOverdue(item), this.overdueError());
    }
  }

  private isOverdue({ since }: WaitingItem): boolean {
    return since < performance.now() - this.options.maxWaitMs;
  }

  private overdueError(): Error {
    return new StoreUnavailableError(`The append could not be sent to ClickHouse within ${this.options.maxWaitMs} ms`);
  }

  private reject(lane: Lane, which: (item: WaitingItem) => boolean, error: Error): void {
    const rejected = lane.waiting.filter(which);
    if (rejected.length === 0) return;
    this.unready(lane);
    lane.waiting = lane.waiting.filter((item) => !which(item));
    for (const item of rejected) {
      this.count(lane, item, -1);
      item.reject(error);
    }
    if (lane.phase === 'ready') this.offer(lane);
  }

  private count(lane: Lane, item: WaitingItem, by: 1 | -1): void {
    const bytes = by * bytesOf(item);
    const events = item.kind === 'append' ? by * item.append.drafts.length : 0;
    lane.events += events;
    lane.bytes += bytes;
    this.waitingItems += by;
    this.waitingBytes += bytes;
    if (this.ready.has(lane)) {
      this.readyEvents += events;
      this.readyBytes += bytes;
    }
    if (this.waitingItems > 0) this.sweeper ??= setInterval(() => this.sweep(), SWEEP_MS);
    else {
      clearInterval(this.sweeper);
      this.sweeper = undefined;
    }
  }
}

function bytesOf(item: WaitingItem): number {
  return item.kind === 'append' ? item.append.bytes : 0;
}

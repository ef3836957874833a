import type { EventSerializer } from '../../events/event-serializer.js';
import type { LogPlace, LogRow } from '../../event-store/log-row.js';
import { FoldCaller } from '../../projections/fold-caller.js';
import type { FoldDefinition } from '../../projections/fold-definition.js';
import type { FoldHandler } from '../../projections/fold-handler.js';
import { encodeState, type FoldState, NO_STATE, toFoldState } from '../../projections/fold-state.js';
import { PureFoldCaller } from '../../projections/pure-fold-caller.js';
import type { ProjectionKey, ProjectionRow } from '../../projections/stores/projection-row.js';
import type { ProjectionStore } from '../../projections/stores/projection-store.js';
import type { JsonValue } from '../../events/json-value.js';
import type { GroupQueue } from '../../queue/group-queue.js';
import type { StagedJob } from '../../queue/staged-job.js';
import type { TenantId } from '../../tenancy/tenant-id.js';
import { TenantContext } from '../../tenancy/tenant-context.js';
import type { EventRouter } from '../event-router.js';
import { FoldStream } from './fold-stream.js';
import type { BuiltBatch, ProjectionBuilder } from './projection-builder.js';
import { SkipCursor } from './skip-cursor.js';
import type { StreamSlice } from './stream-slices.js';

/** Rows and bytes of states that are saved together. */
const MAX_ROWS = 1_000;
const MAX_BYTES = 1_048_576;

export interface FoldBuilderTools {
  readonly serializer: EventSerializer;
  readonly projections: ProjectionStore;
  readonly queue: GroupQueue;
  readonly router: EventRouter;
  /** When a tenant's events begin to count for reactors; milliseconds since the epoch. */
  readonly before: (tenantId: TenantId) => number;
  /** Whether each handler is called twice, to see that it is pure. */
  readonly checkPurity: boolean;
  /** Events of one stream after which its row is saved, so that a long one is not begun anew when the build is interrupted. */
  readonly maxEventsBetweenRows: number;
}

/**
 * Folds streams in memory, each from its first event to the last one that was recorded before the fold was born, and makes
 * rows of them. Rows are prefixes, so it does not matter what lanes save meanwhile. A stream at which the fold fails is
 * left to its lane, which parks behind the event.
 */
export class FoldBuilder implements ProjectionBuilder {
  private handler!: FoldHandler<unknown>;
  private skips!: SkipCursor;
  private stream: FoldStream | undefined;
  private rows: ProjectionRow[] = [];
  private jobs: StagedJob[] = [];
  private bytes = 0;
  private place!: LogPlace;

  constructor(
    private readonly fold: FoldDefinition,
    private readonly tools: FoldBuilderTools,
  ) {}

  get isFull(): boolean {
    return this.rows.length + this.jobs.length >= MAX_ROWS || this.bytes >= MAX_BYTES;
  }

  async begin(place: LogPlace | undefined): Promise<LogPlace | undefined> {
    const { fold, tools } = this;
    this.handler = await fold.handler.resolve();
    this.skips = new SkipCursor(fold, tools.projections);
    if (!place) return undefined;
    this.place = place;
    // Its stream may have gone on, and may not be done.
    const key = this.keyOf(place);
    const [row] = await tools.projections.load([key]);
    const state = toFoldState(row);
    this.stream = await this.open(key, state);
    return { ...place, sequence: state.sequence };
  }

  async take({ rows, ends }: StreamSlice): Promise<boolean> {
    const [first] = rows;
    const key = this.keyOf(first!);
    if (this.stream && !isSame(this.stream.key, key)) this.stream = undefined;
    const stream = (this.stream ??= await this.open(key, NO_STATE));
    TenantContext.run({ tenantId: key.tenantId }, () => stream.take(rows));
    const isDone = ends || stream.sinceSaved >= this.tools.maxEventsBetweenRows;
    if (isDone) this.put(stream, rows.at(-1)!);
    if (ends) {
      if (stream.failed) this.jobs.push(this.jobOf(stream));
      this.stream = undefined;
    }
    return isDone;
  }

  cut(): BuiltBatch {
    const { rows, jobs, place } = this;
    const { projections, queue } = this.tools;
    this.rows = [];
    this.jobs = [];
    this.bytes = 0;
    return {
      place,
      save: async () => {
        if (jobs.length > 0) await queue.stage(jobs);
        if (rows.length > 0) await projections.save(rows);
      },
    };
  }

  async end(): Promise<void> {
    await this.skips.close();
  }

  private async open(key: ProjectionKey, state: FoldState): Promise<FoldStream> {
    const { fold, handler } = this;
    const { serializer, before, checkPurity } = this.tools;
    const caller = checkPurity ? new PureFoldCaller(fold, handler, key) : new FoldCaller(fold, handler, key);
    const skipped = await this.skips.of(key);
    return new FoldStream({ serializer, caller, key, before: before(key.tenantId), skipped }, state);
  }

  /** @param at the last row that the stream was given */
  private put(stream: FoldStream, { tenantId, aggregateType, aggregateId, sequence }: LogRow): void {
    this.place = { tenantId, aggregateType, aggregateId, sequence };
    if (stream.failed || !stream.hasMoved) return;
    try {
      const { key } = stream;
      const encode = (type: string, state: unknown): string => encodeState(this.fold, key, type, state);
      const { json, ...row } = stream.toFoldState(encode);
      this.rows.push({ ...key, ...row, state: JSON.parse(json) as JsonValue });
      this.bytes += json.length;
    } catch {
      // No row can hold the state.
      stream.fail();
    }
  }

  private jobOf({ key: { tenantId, id }, from, last }: FoldStream): StagedJob {
    const range = { tenantId, aggregateId: id, from: from + 1, to: last, events: null };
    return this.tools.router.foldJob(this.fold, range);
  }

  private keyOf({ tenantId, aggregateId: id }: LogPlace): ProjectionKey {
    return { tenantId, projection: this.fold.name, version: this.fold.version, id };
  }
}

function isSame(one: ProjectionKey, other: ProjectionKey): boolean {
  return one.id === other.id && one.tenantId === other.tenantId;
}

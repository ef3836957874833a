import type { EventLog } from '../../event-store/event-log.js';
import type { BuildRecord } from './build-record.js';
import type { ProjectionBuilder } from './projection-builder.js';
import { SaveWindow } from './save-window.js';
import { type StreamSlice, streamSlices } from './stream-slices.js';
import { Turns } from './turns.js';
import type { BuiltProjection } from './unbuilt-versions.js';

/** How long other work of the process waits at most. */
const MAX_TURN_MS = 10;

export interface LogReadingOptions {
  /** How often at most it is recorded how far it has come; milliseconds. */
  readonly recordEveryMs: number;
  /** Events of one stream that are given to the builder at a time. */
  readonly maxSliceEvents: number;
}

/** How far it has come. */
export type Progress = Pick<BuildRecord, 'events' | 'aggregates' | 'place'>;

/** Reads the log once, from a place to its end, and saves what a builder makes of it while it reads on. */
export class LogReading {
  private readonly window: SaveWindow<Progress>;
  private readonly turns = new Turns(MAX_TURN_MS);
  /** Of all that is ready to be saved, or was. */
  private progress: Progress;
  private isReady = false;
  /** Events that were read of a stream that is not. */
  private pending = 0;
  private recorded: Progress;
  private recordedAt = performance.now();

  /**
   * @param from where to begin
   * @param record told now and then, and at the end, up to where everything is saved
   */
  constructor(
    private readonly projection: BuiltProjection,
    private readonly builder: ProjectionBuilder,
    from: Progress,
    private readonly record: (progress: Progress, isRead: boolean) => Promise<void>,
    private readonly options: LogReadingOptions,
  ) {
    this.progress = from;
    this.recorded = from;
    this.window = new SaveWindow(from);
  }

  /** @throws what stores throw, and the reason of the signal; nothing is under way then */
  async run(log: EventLog, signal: AbortSignal): Promise<void> {
    const { aggregateType, types } = this.projection;
    try {
      const after = await this.builder.begin(this.progress.place);
      const rows = log.rows({ aggregateType, types: [...types], after });
      for await (const slice of streamSlices(rows, this.options.maxSliceEvents)) {
        signal.throwIfAborted();
        await this.take(slice);
        await this.turns.yield();
      }
      if (this.isReady) await this.save();
      await this.window.end();
      await this.record(this.window.saved, true);
    } finally {
      await this.window.quiet();
      await this.builder.end();
    }
  }

  private async take(slice: StreamSlice): Promise<void> {
    const isReady = await this.builder.take(slice);
    this.pending += slice.rows.length;
    if (isReady) {
      const { events, aggregates } = this.progress;
      this.progress = { events: events + this.pending, aggregates: aggregates + (slice.ends ? 1 : 0) };
      this.pending = 0;
      this.isReady = true;
    }
    const isDue = performance.now() - this.recordedAt >= this.options.recordEveryMs;
    if (this.isReady && (this.builder.isFull || isDue)) await this.save();
    if (isDue) await this.recordSaved();
  }

  private async save(): Promise<void> {
    const { place, save } = this.builder.cut();
    this.isReady = false;
    await this.window.add(save, { ...this.progress, place });
  }

  private async recordSaved(): Promise<void> {
    this.recordedAt = performance.now();
    const { saved } = this.window;
    if (saved === this.recorded) return;
    await this.record(saved, false);
    this.recorded = saved;
  }
}

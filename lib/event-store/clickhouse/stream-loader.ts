import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailableError } from '../store-unavailable.error.js';
import type { AppendStats } from './append-stats.js';
import type { Lane } from './lane.js';
import { streamChunks, type StreamReader } from './stream-reader.js';
import type { StreamState } from './stream-state.js';

const MAX_ATTEMPTS = 4;
const FIRST_PAUSE_MS = 100;

/** Where the loader reports to. */
export interface Loaded {
  loaded(lane: Lane, state: StreamState): void;
  loadFailed(lane: Lane, error: Error): void;
}

/** Reads the states of streams from the log, all that are wanted at one time in one query, one query at a time. */
export class StreamLoader {
  private wanted: Lane[] = [];
  private running = false;

  constructor(
    private readonly reader: StreamReader,
    private readonly report: Loaded,
    private readonly stats: AppendStats,
  ) {}

  load(lane: Lane): void {
    this.wanted.push(lane);
    if (this.running) return;
    this.running = true;
    // One turn later, so that all appends of one turn share the query.
    setImmediate(() => void this.run());
  }

  private async run(): Promise<void> {
    while (this.wanted.length > 0) {
      const lanes = new Map(this.wanted.map((lane) => [lane.stream, lane]));
      this.wanted = [];
      for (const chunk of streamChunks([...lanes.keys()]))
        await this.loadChunk(chunk.map((stream) => lanes.get(stream)!));
    }
    this.running = false;
  }

  private async loadChunk(lanes: readonly Lane[]): Promise<void> {
    try {
      const states = await this.read(lanes);
      for (const lane of lanes) this.report.loaded(lane, states.get(lane.key)!);
    } catch (cause) {
      const error = new StoreUnavailableError('The head of the stream could not be read from ClickHouse', { cause });
      for (const lane of lanes) this.report.loadFailed(lane, error);
    }
  }

  private async read(lanes: readonly Lane[]): Promise<Map<string, StreamState>> {
    for (let attempt = 1; ; attempt++) {
      this.stats.loads += 1;
      try {
        return await this.reader.states(lanes.map(({ stream }) => stream));
      } catch (error) {
        if (attempt === MAX_ATTEMPTS) throw error;
        await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
      }
    }
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailableError } from '../store-unavailable.error.js';
import type { AppendStats } from './append-stats.js';
import type { StreamId } from '../stream-id.js';
import { streamKey } from './stream-key.js';
import { streamChunks, type StreamReader } from './stream-reader.js';
import type { StreamState } from './stream-state.js';

const MAX_ATTEMPTS = 4;
const FIRST_PAUSE_MS = 100;

interface Wanted {
  readonly stream: StreamId;
  readonly resolve: (state: StreamState) => void;
  readonly reject: (error: Error) => void;
}

/** Reads the states of streams from the log, all that are wanted at one time in one query, one query at a time. */
export class StreamLoader {
  private wanted: Wanted[] = [];
  private running = false;

  constructor(
    private readonly reader: StreamReader,
    private readonly stats: AppendStats,
  ) {}

  /**
   * What the log says at some time after this call.
   *
   * @throws StoreUnavailableError
   */
  load(stream: StreamId): Promise<StreamState> {
    return new Promise((resolve, reject) => {
      // A copy, so that each call stands for itself.
      this.wanted.push({ stream: { ...stream }, resolve, reject });
      if (this.running) return;
      this.running = true;
      // One turn later, so that all appends of one turn share the query.
      setImmediate(() => void this.run());
    });
  }

  private async run(): Promise<void> {
    while (this.wanted.length > 0) {
      const wanted = this.wanted;
      this.wanted = [];
      const byStream = new Map(wanted.map((one) => [one.stream, one]));
      for (const chunk of streamChunks([...byStream.keys()])) {
        await this.loadChunk(chunk.map((stream) => byStream.get(stream)!));
      }
    }
    this.running = false;
  }

  private async loadChunk(wanted: readonly Wanted[]): Promise<void> {
    try {
      const states = await this.read(wanted.map(({ stream }) => stream));
      for (const { stream, resolve } of wanted) resolve(states.get(streamKey(stream))!);
    } catch (cause) {
      const what = 'The head of the stream could not be read from ClickHouse';
      for (const { reject } of wanted) reject(new StoreUnavailableError(what, { cause }));
    }
  }

  private async read(streams: readonly StreamId[]): Promise<Map<string, StreamState>> {
    for (let attempt = 1; ; attempt++) {
      this.stats.loads += 1;
      try {
        return await this.reader.states(streams);
      } catch (error) {
        if (attempt === MAX_ATTEMPTS) throw error;
        await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
      }
    }
  }
}

import type { AnnouncementChannel } from '../announcements/announcement-channel.js';
import type { Clock } from '../clock/clock.js';
import type { EventSerializer } from '../events/event-serializer.js';
import type { IdGenerator } from '../events/id-generator.js';
import type { EventLog } from '../event-store/event-log.js';
import type { EventStore } from '../event-store/event-store.js';
import type { ProjectionStore } from '../projections/stores/projection-store.js';
import type { RecordStore } from '../projections/stores/record-store.js';

/** What an adapter needs from the module that opens it. @publicApi */
export interface StorageContext {
  readonly serializer: EventSerializer;
  readonly clock: Clock;
  readonly ids: IdGenerator;
}

/** One opened backend with its stores. @publicApi */
export interface Storage {
  readonly events: EventStore;
  /** The rows of the same log, for maintenance. */
  readonly log: EventLog;
  readonly projections: ProjectionStore;
  readonly records: RecordStore;
  /** Reaches every process that reads this log; absent where none but this one does, or none is known to. */
  readonly announcements?: AnnouncementChannel;
  /** Resolves when the backend answers, rejects with the reason when it does not. */
  ping(): Promise<void>;
  /** Finishes what is in flight, within its own bound, and closes every connection. */
  close(): Promise<void>;
}

/**
 * A backend as it is named in the options of `forRoot()`: what `memory()`, `clickhouse()` and `postgres()` return.
 *
 * @publicApi
 */
export interface StorageAdapter {
  /** For log lines and errors. */
  readonly name: string;
  /** False where everything is gone with the process. */
  readonly durable: boolean;
  /** Connects, migrates, and returns the stores. Called once, at boot. */
  open(context: StorageContext): Promise<Storage>;
}

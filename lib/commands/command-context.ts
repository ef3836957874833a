import type { EventMetadata } from '../events/event-metadata.js';
import type { StreamId } from '../event-store/stream-id.js';

/**
 * What a command handler is told beside its command.
 *
 * @publicApi
 */
export interface CommandContext extends StreamId {
  readonly commandId: string;
  readonly metadata: EventMetadata;
  /** When the command was accepted. */
  readonly acceptedAt: Date;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** Aborted when the handler takes too long or the process must go. */
  readonly signal: AbortSignal;
}

import { DomainEvent } from '@event-sourcing/nestjs';
import { MessageSnapshot } from '../message-snapshot.js';

/** The conversation has come so far. */
@DomainEvent('simulation_run.message_snapshot_taken', { version: 1 })
export class MessageSnapshotTaken extends MessageSnapshot {}

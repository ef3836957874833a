import type { MigrationSet } from '../../../postgres/migrations.js';
import { events } from './0001-events.js';
import { finalEvents } from './0002-final-events.js';
import { settledTransaction } from './0003-settled-transaction.js';
import { lastMatch } from './0004-last-match.js';
import { appendEvents } from './0005-append-events.js';
import { maintainEvents } from './0006-maintain-events.js';
import { ownStreams } from './0007-own-streams.js';
import { dropStreams } from './0008-drop-streams.js';

/** The tables and functions of the event store. Run them before it is opened. */
export const EVENT_STORE_MIGRATIONS: MigrationSet = {
  component: 'event_store',
  migrations: [
    events,
    finalEvents,
    settledTransaction,
    lastMatch,
    appendEvents,
    maintainEvents,
    ownStreams,
    dropStreams,
  ],
};

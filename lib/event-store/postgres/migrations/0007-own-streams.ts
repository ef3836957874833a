import type { Migration } from '../../../postgres/migrations.js';
import { appendEventsFunction, ENVELOPED_DOCUMENT } from './0005-append-events.js';
import { removeIdleStreamsFunction } from './0006-maintain-events.js';

/**
 * Streams of our own, whose aggregate type begins with `$`: no condition matches what stands in them, since their
 * documents lack the property of the tenant that each pattern has; and retention leaves them.
 */
export const ownStreams: Migration = {
  id: 7,
  name: 'own_streams',
  statements: (names) => [
    appendEventsFunction(names, {
      create: 'CREATE OR REPLACE FUNCTION',
      document: `CASE WHEN left(p_types[r.s], 1) = '$' THEN '{}'::jsonb ELSE ${ENVELOPED_DOCUMENT} END`,
    }),
    removeIdleStreamsFunction(names, {
      create: 'CREATE OR REPLACE FUNCTION',
      condition: `AND left(s.aggregate_type, 1) <> '$'`,
    }),
  ],
};

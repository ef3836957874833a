import type { Migration } from '../../../postgres/migrations.js';

/**
 * What is in the log stays as it is, whoever asks, replication included. Only the functions of maintenance remove
 * anything: they set `event_sourcing.removal` to the id of their own transaction for as long as their DELETE takes,
 * which nobody does by accident, and which nothing that stands in a configuration or a session can be.
 */
export const finalEvents: Migration = {
  id: 2,
  name: 'final_events',
  statements: (names) => [
    `CREATE FUNCTION ${names.of('refuse_change')}() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
      IF TG_OP = 'DELETE' AND current_setting('event_sourcing.removal', true) = pg_current_xact_id()::text THEN
        RETURN NULL;
      END IF;
      RAISE EXCEPTION '% of % is refused: the log is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
    END
    $body$`,
    `CREATE TRIGGER events_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON ${names.of('events')}
      FOR EACH STATEMENT EXECUTE FUNCTION ${names.of('refuse_change')}()`,
    `ALTER TABLE ${names.of('events')} ENABLE ALWAYS TRIGGER events_are_final`,
  ],
};

import type { Migration } from '../../../postgres/migrations.js';

/** What is in the log stays as it is, whoever asks, replication included. */
export const finalEvents: Migration = {
  id: 2,
  name: 'final_events',
  statements: (names) => [
    `CREATE FUNCTION ${names.of('refuse_change')}() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
      RAISE EXCEPTION '% of % is refused: the log is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
    END
    $body$`,
    `CREATE TRIGGER events_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON ${names.of('events')}
      FOR EACH STATEMENT EXECUTE FUNCTION ${names.of('refuse_change')}()`,
    `ALTER TABLE ${names.of('events')} ENABLE ALWAYS TRIGGER events_are_final`,
  ],
};

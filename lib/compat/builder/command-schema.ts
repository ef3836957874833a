import type { StandardSchema } from '../../events/standard-schema.js';

/** A Standard Schema that says which payload it takes, as those of zod, valibot and arktype do. @publicApi */
export interface PayloadSchema<P extends object> {
  readonly '~standard': StandardSchema['~standard'] & { readonly types?: { readonly input: P } | undefined };
}

/** What a command is called, and what its payload must satisfy. @publicApi */
export interface CommandSchema<P extends object> {
  /** Name of the command in queues and logs, unique over all commands. */
  readonly type: string;
  readonly schema: PayloadSchema<P>;
}

/**
 * Names a command and its payload: `defineCommandSchema('span_ingestion.record', z.object({ traceId: z.string() }))`.
 *
 * @param schema checks the payload as it is sent, without its `tenantId`; synchronous. What it would change, such as
 *   defaults, is not taken over.
 * @typeParam P the payload, where the schema does not say it
 * @publicApi
 */
export function defineCommandSchema<P extends object>(type: string, schema: PayloadSchema<P>): CommandSchema<P> {
  return { type, schema };
}

/**
 * The part of Standard Schema (https://standardschema.dev, version 1) that validation needs. zod, valibot and arktype
 * schemas satisfy it as they are.
 *
 * @publicApi
 */
export interface StandardSchema {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult | Promise<StandardResult>;
  };
}

/** @publicApi */
export interface StandardResult {
  readonly issues?: readonly StandardIssue[] | undefined;
}

/** @publicApi */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

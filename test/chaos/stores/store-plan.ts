/** Where the processes of a test keep the log and what is made of it, as a process is told. */
export type StorePlan =
  | { readonly kind: 'postgres'; readonly connectionString: string }
  | {
      readonly kind: 'clickhouse';
      readonly url: string;
      readonly username: string;
      readonly password: string;
      readonly database: string;
    };

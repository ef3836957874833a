/** What is known of a trace. */
export interface TraceSummaryState {
  /** How many spans arrived. */
  readonly spans: number;
  /** How many of them ended with an error. */
  readonly errors: number;
  /** Names of the services that sent spans, sorted; at most the first hundred. */
  readonly services: readonly string[];
  /** Names of the language models that were called, sorted; at most the first hundred. */
  readonly models: readonly string[];
  /** Tokens that the models read and wrote. */
  readonly tokens: { readonly input: number; readonly output: number };
  /** What the models cost, in US dollars, exact to a billionth. */
  readonly costUsd: number;
  /** Start of the first span: milliseconds since the epoch, with microseconds as fraction. */
  readonly startedAt: number | null;
  /** End of the last span: milliseconds since the epoch, with microseconds as fraction. */
  readonly endedAt: number | null;
  /** From the start of the first span to the end of the last. */
  readonly durationMs: number;
  /** The span without parent; `null` until it arrives. Of several the one that started first. */
  readonly root: RootSpan | null;
}

export interface RootSpan {
  readonly spanId: string;
  readonly name: string;
  readonly startedAt: number;
}

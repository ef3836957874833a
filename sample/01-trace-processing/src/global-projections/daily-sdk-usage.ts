/** Keeps a state small whatever a sender puts into its resource. */
export const MAX_SDKS = 100;

/** Which SDKs sent the spans of one project, which is a tenant, on one day. */
export interface DailySdkUsage {
  /** In UTC, such as `2026-11-20`. */
  readonly day: string;
  readonly spans: number;
  /** Sorted by name, language and version; the first hundred that were seen. */
  readonly sdks: readonly SdkUsage[];
  /** Spans whose resource does not say which SDK it was. */
  readonly unknownSpans: number;
  /** Spans of SDKs past the first hundred. */
  readonly otherSpans: number;
}

export interface SdkUsage {
  readonly name: string | null;
  readonly language: string | null;
  readonly version: string | null;
  readonly spans: number;
}

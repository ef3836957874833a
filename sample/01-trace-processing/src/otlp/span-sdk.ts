/** The SDK that sent a span, as its resource says (`telemetry.sdk.*` of OpenTelemetry's conventions). */
export interface SpanSdk {
  readonly name: string | null;
  /** Of the language, such as `nodejs`. */
  readonly language: string | null;
  readonly version: string | null;
}

/** What one project, which is a tenant, is billed for on one day, by when the events were recorded. */
export interface DailyBillableEvents {
  /** In UTC, such as `2026-11-20`. */
  readonly day: string;
  readonly total: number;
  readonly spans: number;
  readonly evaluations: number;
  /** Of targets and evaluators. */
  readonly experimentResults: number;
  readonly simulations: number;
}

/** @publicApi */
export interface ReadOptions {
  /** First sequence to return, inclusive. @default 1 */
  readonly from?: number;
  /** Last sequence to return, inclusive. @default the head */
  readonly to?: number;
  /** Only events recorded at or after this time. @default from the beginning */
  readonly since?: Date;
  /** Only events recorded at or before this time. @default to the end */
  readonly until?: Date;
  /** @default 'forwards' */
  readonly direction?: 'forwards' | 'backwards';
  /** Most events to return, at least 1. @default no limit */
  readonly limit?: number;
  /** Only events of these types. @default all */
  readonly types?: readonly string[];
}

import type { SaveOptions } from './save-options.js';

/** @publicApi */
export interface DecideOptions extends SaveOptions {
  /** Decisions in all while others append to the same stream, at least 1. @default 5 */
  readonly maxAttempts?: number;
}

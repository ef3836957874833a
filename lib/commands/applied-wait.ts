import type { FoldClass, MapClass } from '../projections/projection-class.js';
import type { StoredReceipt } from './command-receipt.js';

/** A projection that a sender waits for. */
export type AwaitedProjection = FoldClass<unknown> | MapClass<unknown>;

/** Waits until projections have what a command stored. */
export interface AppliedWait {
  /** @throws UnknownProjectionError */
  check(projection: AwaitedProjection): void;
  /** Whether the projection has it, within the time. */
  untilApplied(receipt: StoredReceipt, projection: AwaitedProjection, timeoutMs: number): Promise<boolean>;
}

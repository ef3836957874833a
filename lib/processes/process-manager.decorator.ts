import type { Immediate } from '../projections/immediate.js';

const METADATA = Symbol.for('@event-sourcing/nestjs:process-manager');

/**
 * Options of `@ProcessManager`.
 *
 * @publicApi
 */
export interface ProcessManagerOptions {
  /** Unique over all process managers, without `@`. Never rename it while processes run: they are found by it. */
  readonly name: string;
  /** Most processes that one event is told to, 1 to 1,000. @default 100 */
  readonly maxKeys?: number;
  /** Bound of one state as JSON, at most 524,288; bytes. Past it the process is parked. @default 65_536 */
  readonly maxStateBytes?: number;
  /** Attempts in all before the process is parked. An operator may retry it, or skip what it fails at. @default 10 */
  readonly maxAttempts?: number;
}

// A ProcessHandler of any state, promises apart.
interface Decides {
  initialState(): Immediate;
}

/**
 * Marks a provider as a process manager: it is told events, `@On`, keeps a state for each process, sends commands, and
 * lets itself be woken later. It may stand in any module, and takes events of any pipeline.
 *
 * @publicApi
 */
export function ProcessManager(
  options: ProcessManagerOptions,
): (target: abstract new (...args: never[]) => Decides) => void {
  return (target) => {
    Object.defineProperty(target, METADATA, { value: options });
  };
}

/** What `@ProcessManager` says about this very class (not its parents), or `undefined`. */
export function processManagerMetadata(target: unknown): ProcessManagerOptions | undefined {
  if (typeof target !== 'function' || !Object.hasOwn(target, METADATA)) return undefined;
  return (target as unknown as Record<symbol, ProcessManagerOptions>)[METADATA];
}

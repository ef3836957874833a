import { AsyncLocalStorage } from 'node:async_hooks';
import type { AmbientContext } from './ambient-context.js';

/** All that follows work through asynchronous calls. */
interface AmbientFrame {
  readonly context?: AmbientContext;
  /** The queue as part of whose batch it runs. */
  readonly batchOf?: object;
}

/** One for all of it: each storage in use makes every promise of the process dearer. */
export const ambientFrame = new AsyncLocalStorage<AmbientFrame>();

import { AsyncLocalStorage } from 'node:async_hooks';
import type { LaneBatch } from '../../lib/index.js';

/** The batch of a lane whose handler runs, for what wraps the ports that handlers call. */
export const batchAtHand = new AsyncLocalStorage<LaneBatch>();

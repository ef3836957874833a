import { SystemClock } from '../../lib/clock/system-clock.js';
import type { DistributedLock } from '../../lib/locks/distributed-lock.js';
import { inProcessQueue } from '../../lib/queue/in-process/in-process-queue.adapter.js';
import { beforeEach } from 'vitest';
import { locksSuite } from './locks.suite.js';

let lock: Promise<DistributedLock>;
beforeEach(() => void (lock = inProcessQueue().openLocks({ clock: new SystemClock() })));

locksSuite('in-process', () => lock);

import * as runner from 'vitest';
import { SystemClock } from '../../lib/clock/system-clock.js';
import type { DistributedLock } from '../../lib/locks/distributed-lock.js';
import { inProcessQueue } from '../../lib/queue/in-process/in-process-queue.adapter.js';
import { distributedLockSuite } from '../../lib/testing/contract/distributed-lock.suite.js';

const opened = new Map<string, Promise<DistributedLock>>();

distributedLockSuite(
  'in-process',
  (name) => {
    const locks = opened.get(name) ?? inProcessQueue().openLocks({ clock: new SystemClock() });
    opened.set(name, locks);
    return locks;
  },
  { runner },
);

import { afterEach, describe } from 'vitest';
import type { GroupQueue } from '../../lib/queue/group-queue.js';
import { admissionCases } from './group-queue/admission.cases.js';
import { debounceCases } from './group-queue/debounce.cases.js';
import { drainCases } from './group-queue/drain.cases.js';
import { failureCases } from './group-queue/failure.cases.js';
import { forgetCases } from './group-queue/forget.cases.js';
import { type GroupQueueCases, LIMITS, POLICY, type QueueLimits } from './group-queue/group-queue-cases.js';
import { orderCases } from './group-queue/order.cases.js';

/** What every adapter of the GroupQueue port keeps. */
export function groupQueueSuite(name: string, openQueue: (limits: QueueLimits) => Promise<GroupQueue>): void {
  describe(`GroupQueue: ${name}`, () => {
    const queues: GroupQueue[] = [];

    const open: GroupQueueCases['open'] = async (limits = {}) => {
      const queue = await openQueue({ ...LIMITS, ...limits });
      queues.push(queue);
      return queue;
    };

    const start: GroupQueueCases['start'] = async (handle, { policy = {}, limits = {} } = {}) => {
      const queue = await open(limits);
      queue.consume({ policy: () => ({ ...POLICY, ...policy }), handle: async (batch) => handle(batch) });
      return queue;
    };

    afterEach(async () => {
      for (const queue of queues.splice(0)) await queue.drain();
    });

    describe('order', () => orderCases({ open, start }));
    describe('failures', () => failureCases({ open, start }));
    describe('admission', () => admissionCases({ open, start }));
    describe('forgetting a tenant', () => forgetCases({ open, start }));
    describe('debounce', () => debounceCases({ open, start }));
    describe('draining', () => drainCases({ open, start }));
  });
}

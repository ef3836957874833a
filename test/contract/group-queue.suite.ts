import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe } from 'vitest';
import type { GroupQueue } from '../../lib/queue/group-queue.js';
import { answerCases } from './group-queue/answer.cases.js';
import { admissionCases } from './group-queue/admission.cases.js';
import { barrierCases } from './group-queue/barrier.cases.js';
import { badInputCases } from './group-queue/bad-input.cases.js';
import { controlCases } from './group-queue/control.cases.js';
import { debounceCases } from './group-queue/debounce.cases.js';
import { dedupeCases } from './group-queue/dedupe.cases.js';
import { delayCases } from './group-queue/delay.cases.js';
import { drainCases } from './group-queue/drain.cases.js';
import { failingCases } from './group-queue/failing.cases.js';
import { failureCases } from './group-queue/failure.cases.js';
import { figuresCases } from './group-queue/figures.cases.js';
import { forgetComponentCases } from './group-queue/forget-component.cases.js';
import { forgetCases } from './group-queue/forget.cases.js';
import { COMPONENTS, type GroupQueueCases, LIMITS, POLICY, type QueueLimits } from './group-queue/group-queue-cases.js';
import { heldCases } from './group-queue/held.cases.js';
import { lifeCases } from './group-queue/life.cases.js';
import { orderCases } from './group-queue/order.cases.js';
import { propertyCases } from './group-queue/property.cases.js';
import { rangeCases } from './group-queue/range.cases.js';
import { routesCases } from './group-queue/routes.cases.js';
import { sharingCases } from './group-queue/sharing.cases.js';
import { stagedCases } from './group-queue/staged.cases.js';
import { throttleCases } from './group-queue/throttle.cases.js';
import { timingInputCases } from './group-queue/timing-input.cases.js';

/**
 * What every adapter of the GroupQueue port keeps.
 *
 * @param openQueue opens a queue as another process would: two of one name share their jobs where the adapter does that
 * @param models whether random histories are compared with models, which only repeats what the cases ask of the server
 */
export function groupQueueSuite(
  adapter: string,
  openQueue: (limits: QueueLimits, name: string) => Promise<GroupQueue>,
  { models = true }: { readonly models?: boolean } = {},
): void {
  describe(`GroupQueue: ${adapter}`, () => {
    const queues: GroupQueue[] = [];
    let name: string;
    beforeEach(() => void (name = randomUUID()));

    const open: GroupQueueCases['open'] = async (limits = {}, apart = name) => {
      const queue = await openQueue({ ...LIMITS, ...limits }, apart);
      queues.push(queue);
      return queue;
    };

    const start: GroupQueueCases['start'] = async (handle, { policy = {}, limits = {}, apart } = {}) => {
      const queue = await open(limits, apart);
      queue.consume({
        components: COMPONENTS,
        policy: () => ({ ...POLICY, ...policy }),
        handle: async (batch) => handle(batch),
      });
      return queue;
    };

    afterEach(async () => {
      for (const queue of queues.splice(0)) await queue.drain();
    });

    describe('order', () => orderCases({ open, start }));
    describe('failures', () => failureCases({ open, start }));
    describe('ranges that are read from the log', () => rangeCases({ open, start }));
    describe('word of what is staged', () => stagedCases({ open, start }));
    describe('routes of events', () => routesCases({ open, start }));
    describe('answers', () => answerCases({ open, start }));
    describe('waiting for a lane', () => barrierCases({ open, start }));
    describe('admission', () => admissionCases({ open, start }));
    describe('bad input', () => badInputCases({ open, start }));
    describe('forgetting a tenant', () => forgetCases({ open, start }));
    describe('forgetting a component', () => forgetComponentCases({ open, start }));
    describe('times that are none', () => timingInputCases({ open, start }));
    describe('delay', () => delayCases({ open, start }));
    describe('debounce', () => debounceCases({ open, start }));
    describe('throttle', () => throttleCases({ open, start }));
    describe('dedupe', () => dedupeCases({ open, start }));
    describe('sharing', () => sharingCases({ open, start }));
    describe('control', () => controlCases({ open, start }));
    describe('figures', () => figuresCases({ open, start }));
    describe('failing lanes', () => failingCases({ open, start }));
    describe('held work', () => heldCases({ open, start }));
    if (models) describe('model', () => propertyCases({ open, start }));
    describe('life', () => lifeCases({ open, start }));
    describe('draining', () => drainCases({ open, start }));
  });
}

import { randomUUID } from 'node:crypto';
import type { GroupQueue } from '../../queue/group-queue.js';
import { answerCases } from './group-queue/answer.cases.js';
import { admissionCases } from './group-queue/admission.cases.js';
import { barrierCases } from './group-queue/barrier.cases.js';
import { badInputCases } from './group-queue/bad-input.cases.js';
import { contractCases, type SuiteOptions } from './contract-test.js';
import { controlCases } from './group-queue/control.cases.js';
import { debounceCases } from './group-queue/debounce.cases.js';
import { dedupeCases } from './group-queue/dedupe.cases.js';
import { delayedJobsCases } from './group-queue/delayed-jobs.cases.js';
import { delayCases } from './group-queue/delay.cases.js';
import { drainCases } from './group-queue/drain.cases.js';
import { failingCases } from './group-queue/failing.cases.js';
import { failureCases } from './group-queue/failure.cases.js';
import { figuresCases } from './group-queue/figures.cases.js';
import { forgetComponentCases } from './group-queue/forget-component.cases.js';
import { forgetCases } from './group-queue/forget.cases.js';
import { COMPONENTS, type GroupQueueCases, LIMITS, POLICY, type QueueLimits } from './group-queue/group-queue-cases.js';
import { heldCases } from './group-queue/held.cases.js';
import { jobKindCases } from './group-queue/job-kind.cases.js';
import { lifeCases } from './group-queue/life.cases.js';
import { onceCases } from './group-queue/once.cases.js';
import { orderCases } from './group-queue/order.cases.js';
import { propertyCases } from './group-queue/property.cases.js';
import { rangeCases } from './group-queue/range.cases.js';
import { routesCases } from './group-queue/routes.cases.js';
import { sharingCases } from './group-queue/sharing.cases.js';
import { stagedCases } from './group-queue/staged.cases.js';
import { throttleCases } from './group-queue/throttle.cases.js';
import { timingInputCases } from './group-queue/timing-input.cases.js';
import { globalRunner } from './test-runner.js';

/** @publicApi */
export interface GroupQueueSuiteOptions extends SuiteOptions {
  /** Whether random histories are compared with models, which takes longest. @default true */
  readonly models?: boolean;
}

/**
 * What every adapter of the `GroupQueue` port keeps.
 *
 * @param adapter its name in the names of the cases
 * @param openQueue opens a queue as another process would: two of one name share their jobs where the adapter does that
 * @throws InvalidArgumentError when there is no test runner
 * @publicApi
 */
export function groupQueueSuite(
  adapter: string,
  openQueue: (limits: QueueLimits, name: string) => Promise<GroupQueue>,
  { runner = globalRunner(), differences = {}, models = true }: GroupQueueSuiteOptions = {},
): void {
  const { describe, expect, beforeEach, afterEach } = runner;
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

    contractCases(runner, differences, (test) => {
      const suite = { expect, test, open, start };
      describe('order', () => orderCases(suite));
      describe('kinds of jobs', () => jobKindCases(suite));
      describe('failures', () => failureCases(suite));
      describe('ranges that are read from the log', () => rangeCases(suite));
      describe('word of what is staged', () => stagedCases(suite));
      describe('routes of events', () => routesCases(suite));
      describe('answers', () => answerCases(suite));
      describe('waiting for a lane', () => barrierCases(suite));
      describe('admission', () => admissionCases(suite));
      describe('what waits for its time', () => delayedJobsCases(suite));
      describe('bad input', () => badInputCases(suite));
      describe('forgetting a tenant', () => forgetCases(suite));
      describe('forgetting a component', () => forgetComponentCases(suite));
      describe('times that are none', () => timingInputCases(suite));
      describe('delay', () => delayCases(suite));
      describe('debounce', () => debounceCases(suite));
      describe('what is staged once', () => onceCases(suite));
      describe('throttle', () => throttleCases(suite));
      describe('dedupe', () => dedupeCases(suite));
      describe('sharing', () => sharingCases(suite));
      describe('control', () => controlCases(suite));
      describe('figures', () => figuresCases(suite));
      describe('failing lanes', () => failingCases(suite));
      describe('held work', () => heldCases(suite));
      if (models) describe('model', () => propertyCases(suite));
      describe('life', () => lifeCases(suite));
      describe('draining', () => drainCases(suite));
    });
  });
}

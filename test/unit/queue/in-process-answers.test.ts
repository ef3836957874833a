import { expect, it } from 'vitest';
import { createTenantId } from '../../../lib/index.js';
import { InProcessAnswers } from '../../../lib/queue/in-process/in-process-answers.js';
import { eventually } from '../../support/eventually.js';
import { ManualClock } from '../../support/manual-clock.js';

const KEPT_MS = 20;
const [acme, other] = [createTenantId('acme'), createTenantId('other')];

it('forgets each answer at its time, and has nothing left to do when all are forgotten', async () => {
  const clock = new ManualClock();
  const answers = new InProcessAnswers(KEPT_MS, 10, clock);
  answers.keep(acme, [{ id: '1', value: 'one' }]);
  clock.time += KEPT_MS - 1;
  answers.keep(other, [{ id: '2', value: 'two' }]);
  expect([answers.read(acme, '1'), answers.read(other, '2')]).toEqual(['one', 'two']);
  clock.time += 1;
  expect([answers.read(acme, '1'), answers.read(other, '2')]).toEqual([undefined, 'two']);
  clock.time += KEPT_MS;
  await eventually(() => expect(clock.pending).toEqual([]));
  answers.keep(acme, []);
  expect(clock.pending).toEqual([]);
});

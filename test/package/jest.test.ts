import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PackedPackage } from './packed-package.js';
import { runNode } from './run-node.js';

/** What jest runs, in plain JavaScript as a user's compiler would leave it. @param spans how many the fold should find */
const spec = (spans: number): string => `
  import * as runner from '@jest/globals';
  import { CommandRejectedError, DomainEvent, FoldProjection, memory } from '@event-sourcing/nestjs';
  import { eventMatchers, specifyDecider, specifyFold } from '@event-sourcing/nestjs/testing';
  import { projectionStoreSuite } from '@event-sourcing/nestjs/testing/contract';

  const { describe, expect, test } = runner;
  expect.extend(eventMatchers);

  class Opened { constructor(balance) { this.balance = balance; } }
  DomainEvent('account.opened')(Opened);
  class Withdrawn { constructor(amount) { this.amount = amount; } }
  DomainEvent('account.withdrawn')(Withdrawn);

  const decider = {
    initialState: () => ({ balance: 0 }),
    decide: ({ amount }, { balance }) => {
      if (amount > balance) throw new CommandRejectedError('No', { reason: 'INSUFFICIENT_FUNDS' });
      return [new Withdrawn(amount)];
    },
    evolve: ({ balance }, event) => ({ balance: event instanceof Opened ? event.balance : balance - event.amount }),
  };

  class Events {
    init() { return { events: 0 }; }
    apply({ events }) { return { events: events + 1 }; }
  }
  FoldProjection({ name: 'events', version: 1 })(Events);

  describe('in jest', () => {
    test('the matchers hold', async () => {
      expect(new Opened(5)).toBeEvent(new Opened(5));
      expect(new Opened(5)).not.toBeEvent(new Opened(6));
      expect([new Opened(5), new Withdrawn(1)]).toBeEvents([new Opened(5), new Withdrawn(1)]);
      const rejected = Promise.reject(new CommandRejectedError('No', { reason: 'INSUFFICIENT_FUNDS' }));
      await expect(rejected).rejects.toBeRejection('INSUFFICIENT_FUNDS');
      expect({ code: 'INVALID_ARGUMENT' }).not.toHaveCode('INVALID_ARGUMENT');
      expect(() => expect(new Opened(5)).toBeEvent(new Opened(6))).toThrow();
    });

    test('specifications hold', async () => {
      specifyDecider(decider).given(new Opened(100)).when({ amount: 30 }).thenEvents(new Withdrawn(30));
      specifyDecider(decider).given(new Opened(10)).when({ amount: 30 }).thenRejects('INSUFFICIENT_FUNDS');
      await specifyFold(new Events()).given(new Opened(100), new Withdrawn(30)).thenState({ events: ${spans} });
    });
  });

  projectionStoreSuite('mine', async (context) => {
    const { projections } = await memory().open({ ...context, clock: { now: Date.now } });
    return { store: projections, close: async () => {} };
  }, { runner });
`;

describe('the testing sub-paths in jest', () => {
  let packed: PackedPackage;
  let project: string;

  beforeAll(() => {
    packed = new PackedPackage();
    const dependencies = [...packed.peers('required'), '@nestjs/testing', 'fast-check', 'jest', '@jest/globals'];
    project = packed.installInto('project-jest', dependencies);
    // Also the root of the project to jest; its own transforms would want a compiler of the user's choice.
    writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module', jest: { transform: {} } }));
  });
  afterAll(() => packed.remove());

  async function run(program: string): Promise<{ readonly status: number | null; readonly output: string }> {
    writeFileSync(join(project, 'mine.test.js'), program);
    const jest = 'node_modules/jest/bin/jest.js';
    const args = ['--experimental-vm-modules', '--no-warnings', jest, '--runInBand', '--watchman=false', '--no-cache'];
    const { status, stdout, stderr } = await runNode(project, args, { NO_COLOR: '1', CI: 'true' });
    return { status, output: stdout + stderr };
  }

  it('run: matchers, specifications and a contract suite', async () => {
    const { status, output } = await run(spec(2));
    expect(status, output).toBe(0);
    expect(Number(/Tests: +(\d+) passed/.exec(output)?.[1]), output).toBeGreaterThan(20);
  });

  it('fail where a specification does not hold', async () => {
    const { status, output } = await run(spec(3));
    expect(status, output).toBe(1);
    expect(output).toContain('1 failed');
    expect(output).toContain('in jest › specifications hold');
    expect(output).toContain('{"events": 2}');
  });
});

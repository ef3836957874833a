import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FeatureFlags, type SwitchableWork } from '../../../lib/feature-flags/feature-flags.js';
import { FlagGate } from '../../../lib/feature-flags/flag-gate.js';
import { createTenantId } from '../../../lib/tenancy/create-tenant-id.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const OPTIONS = { flagCacheMs: 1_000, flagRecheckMs: 5_000, flagTimeoutMs: 500 };

const work = (tenant = 'acme', component = 'totals@1'): SwitchableWork => ({
  kind: 'fold',
  component,
  pipeline: 'counting',
  tenantId: createTenantId(tenant),
});

type Answer = (asked: SwitchableWork) => unknown;

class Flags extends FeatureFlags {
  readonly questions: SwitchableWork[] = [];

  constructor(public answer: Answer) {
    super();
  }

  isOn(asked: SwitchableWork): boolean | Promise<boolean> {
    this.questions.push(asked);
    return this.answer(asked) as boolean | Promise<boolean>;
  }
}

function open(answer: Answer, options: Partial<typeof OPTIONS> = {}) {
  const flags = new Flags(answer);
  const clock = new VirtualClock();
  return { flags, clock, gate: new FlagGate(flags, { ...OPTIONS, ...options }, clock) };
}

describe('FlagGate', () => {
  beforeEach(() => void vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined));
  afterEach(() => void vi.restoreAllMocks());

  it('lets what is on through, and is not asked again while the answer holds', async () => {
    const { flags, clock, gate } = open(() => true);
    expect(await gate.heldForMs(work())).toBeUndefined();
    clock.pass(999);
    expect(gate.heldForMs(work())).toBeUndefined();
    expect(flags.questions).toEqual([work()]);
    clock.pass(1);
    expect(await gate.heldForMs(work())).toBeUndefined();
    expect(flags.questions).toHaveLength(2);
  });

  it('holds what is off until its next look, at which it is asked anew', async () => {
    let isOn = false;
    const { flags, clock, gate } = open(async () => isOn, { flagCacheMs: 60_000 });
    expect(await gate.heldForMs(work())).toBe(5_000);
    clock.pass(1_000);
    // Whoever comes later is to look at the same time, not later.
    expect(gate.heldForMs(work())).toBe(4_000);
    isOn = true;
    clock.pass(4_000);
    expect(await gate.heldForMs(work())).toBeUndefined();
    expect(flags.questions).toHaveLength(2);
  });

  it('asks of each component and tenant by itself, and once for all who come at a time', async () => {
    const { flags, gate } = open(({ tenantId }) => tenantId !== 'off');
    const all = [work('acme'), work('off'), work('acme', 'other@1'), { ...work('acme'), kind: 'map' as const }];
    const answers = await Promise.all([...all, ...all].map((one) => gate.heldForMs(one)));
    expect(answers.map((ms) => ms !== undefined)).toEqual([false, true, false, false, false, true, false, false]);
    expect(flags.questions).toEqual(all);
  });

  it.each<[string, Answer]>([
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['throws nothing', () => Promise.reject(undefined)],
    ['answers no boolean', () => 'off'],
    ['answers nothing', () => undefined],
    ['answers zero later', async () => 0],
  ])('takes it for on when the service %s, with one line a minute', async (_, answer) => {
    const warn = vi.mocked(Logger.prototype.warn);
    const { flags, clock, gate } = open(answer);
    for (let second = 0; second < 59; second += 1) {
      expect(await gate.heldForMs(work())).toBeUndefined();
      expect(await gate.heldForMs(work('other'))).toBeUndefined();
      clock.pass(1_000);
    }
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toMatchObject({ message: expect.stringMatching(/failed, which means on/) });
    clock.pass(1_000);
    await gate.heldForMs(work());
    expect(warn).toHaveBeenCalledTimes(2);
    expect(flags.questions).toHaveLength(59 * 2 + 1);
  });

  it('takes no answer in time for on, and lets few wait for a service that never answers', async () => {
    const { flags, clock, gate } = open(() => new Promise(() => undefined));
    const first = Array.from({ length: 20 }, (_, index) => gate.heldForMs(work(`t${index}`)));
    clock.pass(500);
    expect(await Promise.all(first)).toEqual(first.map(() => undefined));
    expect(flags.questions).toHaveLength(20);
    const [asked, ...others] = Array.from({ length: 50 }, (_, index) => gate.heldForMs(work(`u${index}`)));
    expect(others).toEqual(others.map(() => undefined));
    expect(flags.questions).toHaveLength(21);
    clock.pass(500);
    expect(await asked).toBeUndefined();
    // It answers again: it is trusted again.
    flags.answer = () => false;
    expect(await gate.heldForMs(work('v'))).toBe(5_000);
    const trusted = [work('w'), work('x')].map((one) => gate.heldForMs(one));
    expect(await Promise.all(trusted)).toEqual([5_000, 5_000]);
  });

  it('leaves what is off held while the service fails for others', async () => {
    const { clock, gate } = open(({ tenantId }) => {
      if (tenantId !== 'off') throw new Error('down');
      return false;
    });
    for (let second = 0; second < 30; second += 1) {
      expect(await gate.heldForMs(work('acme'))).toBeUndefined();
      expect(await gate.heldForMs(work('off'))).toBeGreaterThan(0);
      clock.pass(1_000);
    }
  });

  it('remembers a bounded number of answers', async () => {
    const { flags, gate } = open(() => true);
    for (let tenant = 0; tenant <= 10_000; tenant += 1) await gate.heldForMs(work(`t${tenant}`));
    expect(gate.heldForMs(work('t10000'))).toBeUndefined();
    expect(gate.heldForMs(work('t1'))).toBeUndefined();
    expect(flags.questions).toHaveLength(10_001);
    await gate.heldForMs(work('t0'));
    expect(flags.questions).toHaveLength(10_002);
  });

  it('asks anew when the clock was set back', async () => {
    const { flags, clock, gate } = open(() => true);
    await gate.heldForMs(work());
    clock.jump(-3_600_000);
    flags.answer = () => false;
    expect(await gate.heldForMs(work())).toBe(5_000);
  });
});

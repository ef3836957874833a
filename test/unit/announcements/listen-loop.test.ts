import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Listening, ListenLoop } from '../../../lib/announcements/listen-loop.js';
import { eventually } from '../../support/eventually.js';
import { gate } from '../../support/gate.js';

describe('a loop that listens', () => {
  const warnings: unknown[] = [];
  beforeEach(() => {
    warnings.length = 0;
    vi.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => void warnings.push(line));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('listens again after each loss, and warns once until it hears', async () => {
    const loop = new ListenLoop();
    let began = 0;
    let calls = 0;
    const listen: Listening = async (onListening, closed) => {
      calls += 1;
      if (calls < 3) throw new Error(`away ${calls}`);
      onListening();
      if (calls === 3) throw new Error('lost');
      await closed;
    };
    loop.begin(listen, () => (began += 1));
    await eventually(() => expect(began).toBe(2));
    expect(warnings).toEqual([
      { message: expect.any(String), error: 'Error: away 1' },
      { message: expect.any(String), error: 'Error: lost' },
    ]);
    await loop.close();
    expect(calls).toBe(4);
  });

  it('ends at once in a pause, and hears nothing more', async () => {
    const loop = new ListenLoop();
    const { opened, open } = gate();
    let began = 0;
    let late = (): void => {};
    loop.begin(
      async (onListening) => {
        late = onListening;
        open();
        throw new Error('away');
      },
      () => (began += 1),
    );
    await opened;
    await loop.close();
    late();
    expect(began).toBe(0);
  });

  it('waits for what does not end no longer than it must', async () => {
    vi.useFakeTimers();
    const loop = new ListenLoop();
    loop.begin(
      () => new Promise(() => {}),
      () => {},
    );
    const closing = loop.close();
    await vi.runAllTimersAsync();
    await closing;
  });
});

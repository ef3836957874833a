import { describe, expect, it } from 'vitest';
import { ItemAdded, ItemRemoved, Noted } from '../../support/contract-events.js';
import { FoldWorld, POISON } from '../../support/fold-world.js';

const EVENTS = [
  new ItemAdded('a'),
  new Noted('not listed'),
  new ItemAdded('b'),
  new ItemRemoved('all'),
  new ItemAdded('c'),
  new Noted('not listed'),
];

describe('FoldReplay', () => {
  it('gives what a row of each sequence is, wherever the saved row stands', async () => {
    for (let saved = 0; saved <= EVENTS.length; saved += 1) {
      const world = await FoldWorld.open(EVENTS);
      if (saved > 0) await world.run([world.job(1, saved)]);
      for (let sequence = 0; sequence <= EVENTS.length; sequence += 1) {
        expect(await world.replay({ sequence })).toMatchObject({ sequence, state: world.expected(sequence) });
      }
    }
  });

  it('goes to the head without a bound, and no further with one', async () => {
    const world = await FoldWorld.open(EVENTS);
    for (const bound of [undefined, { sequence: 99 }]) {
      expect(await world.replay(bound)).toMatchObject({ sequence: 6, state: world.expected(6) });
    }
    expect(world.history).toEqual([]);
  });

  it('is empty where there is no event', async () => {
    const world = await FoldWorld.open([]);
    expect(await world.replay()).toEqual({ sequence: 0, state: null, updatedAt: 0 });
  });

  it('counts what was recorded until a time, whatever is saved', async () => {
    const plain = await FoldWorld.open(EVENTS);
    const world = await FoldWorld.open([]);
    const times: Date[] = [];
    for (const event of EVENTS) {
      world.clock.time += 1000;
      await world.append([event]);
      times.push(new Date(world.clock.now()));
    }
    for (const saved of [0, 3, 6]) {
      if (saved > 0) await world.run([world.job(1, saved, false)]);
      for (const [index, until] of times.entries()) {
        const { state } = await world.replay({ until });
        expect(state).toEqual(plain.expected(index + 1));
        const { state: before } = await world.replay({ until: new Date(until.getTime() - 1) });
        expect(before).toEqual(plain.expected(index));
      }
    }
    expect(await world.replay({ until: times[5]!, sequence: 3 })).toMatchObject({ sequence: 3 });
  });

  it('passes over what an operator skipped', async () => {
    const world = await FoldWorld.open([new ItemAdded('a'), POISON, new ItemAdded('b')]);
    await expect(world.replay()).rejects.toThrow('poison');
    await world.run([world.job(1, 3)]);
    await world.skip();
    expect(await world.replay()).toMatchObject({ sequence: 3, state: { names: ['a', 'b'] } });
  });

  it('refuses what no row could hold, and ends when it is told to', async () => {
    const world = await FoldWorld.open([new ItemAdded('x'.repeat(200))], { fold: { maxStateBytes: 100 } });
    await expect(world.replay()).rejects.toMatchObject({ code: 'STATE_TOO_LARGE' });
    await expect(world.replay({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});

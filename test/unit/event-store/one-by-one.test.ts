import { describe, expect, it } from 'vitest';
import { oneByOne } from '../../../lib/event-store/one-by-one.js';
import { collect } from '../../support/collect.js';

function source(batches: readonly (readonly number[])[], log: string[] = []): AsyncIterable<readonly number[]> {
  return (async function* () {
    try {
      for (const batch of batches) yield batch;
      log.push('through');
    } finally {
      log.push('ended');
    }
  })();
}

const same = (n: number): number => n;

describe('oneByOne', () => {
  it('gives the items of all batches, empty ones passed over', async () => {
    expect(await collect(oneByOne(source([[], [1, 2], [], [], [3], []]), (n) => n * 10))).toEqual([10, 20, 30]);
    expect(await collect(oneByOne(source([]), same))).toEqual([]);
  });

  it('ends the source when the loop is left, when an item fails, and when the loop throws', async () => {
    for (const leave of ['break', 'map', 'throw'] as const) {
      const log: string[] = [];
      const items = oneByOne(source([[1, 2], [3]], log), (n) => {
        if (leave === 'map' && n === 2) throw new Error('map');
        return n;
      });
      const walk = async (): Promise<void> => {
        for await (const n of items) {
          if (leave === 'break' && n === 2) break;
          if (leave === 'throw' && n === 2) throw new Error('throw');
        }
      };
      if (leave === 'break') await walk();
      else await expect(walk()).rejects.toThrow(leave);
      expect(log).toEqual(['ended']);
      expect(await items.next()).toEqual({ value: undefined, done: true });
    }
  });

  it('tells a failure of the source once, behind the items before it', async () => {
    const failing = (async function* () {
      yield [1];
      throw new Error('source');
    })();
    const items = oneByOne(failing, same);
    expect(await items.next()).toEqual({ value: 1, done: false });
    await expect(items.next()).rejects.toThrow('source');
    expect(await items.next()).toEqual({ value: undefined, done: true });
  });

  it('answers calls that do not wait for each other in their order', async () => {
    const items = oneByOne(source([[1], [2, 3], [4]]), same);
    const answers = await Promise.all(Array.from({ length: 6 }, () => items.next()));
    expect(answers.map(({ value }) => value)).toEqual([1, 2, 3, 4, undefined, undefined]);
  });
});

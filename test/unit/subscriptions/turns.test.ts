import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Turns } from '../../../lib/subscriptions/live/turns.js';
import { gate, type Gate } from '../../support/gate.js';

const never = new AbortController().signal;

function entrances(turns: Turns) {
  const entered: string[] = [];
  const gates = new Map<string, Gate>();
  const ask = (name: string, signal = never): Promise<void> =>
    turns.take(async () => {
      entered.push(name);
      const held = gate();
      gates.set(name, held);
      await held.opened;
    }, signal);
  const leave = async (name: string): Promise<void> => {
    gates.get(name)!.open();
    await turn();
  };
  return { entered, ask, leave };
}

it('lets so many in, the others in the order of their coming', async () => {
  const { entered, ask, leave } = entrances(new Turns(2));
  const all = ['a', 'b', 'c', 'd'].map((name) => ask(name));
  await turn();
  expect(entered).toEqual(['a', 'b']);
  await leave('b');
  all.push(ask('b again'));
  await turn();
  expect(entered).toEqual(['a', 'b', 'c']);
  for (const name of ['a', 'c', 'd', 'b again']) await leave(name);
  expect(entered).toEqual(['a', 'b', 'c', 'd', 'b again']);
  await Promise.all(all);
});

it('gives the place of one that fails to the next', async () => {
  const turns = new Turns(1);
  const failing = turns.take(() => Promise.reject(new Error('away')), never);
  const next = turns.take(async () => 'in', never);
  await expect(failing).rejects.toThrow('away');
  expect(await next).toBe('in');
});

it('drops one that ends while it waits, and the next comes in his place', async () => {
  const { entered, ask, leave } = entrances(new Turns(1));
  const ending = new AbortController();
  const first = ask('a');
  const dropped = ask('b', ending.signal);
  const last = ask('c');
  ending.abort(new Error('ended'));
  await expect(dropped).rejects.toThrow('ended');
  await leave('a');
  expect(entered).toEqual(['a', 'c']);
  await leave('c');
  await Promise.all([first, last]);
  await expect(ask('d', ending.signal)).rejects.toThrow('ended');
});

import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { Saves } from './saves.js';
import { Spend, spendingApp, type SpendingSettings } from './spending-app.js';

/** One process of the application: its settings are the first argument, what it is asked for comes as messages. */

export type Request =
  /** Commands for so many cards in turn, so many on their way at a time. */
  | { readonly kind: 'load'; readonly commands: number; readonly cards: number; readonly inFlight: number }
  /** Commands at a steady rate, each for a card at random. */
  | { readonly kind: 'trickle'; readonly commands: number; readonly cards: number; readonly perSecond: number }
  | { readonly kind: 'reach'; readonly total: number }
  | { readonly kind: 'durations' };

const TIMEOUT_MS = 600_000;

setTimeout(() => process.exit(1), TIMEOUT_MS).unref();
const saves = new Saves();
const settings = JSON.parse(process.argv[2]!) as SpendingSettings;
const app = await NestFactory.createApplicationContext(spendingApp(settings, saves), { logger: ['error', 'warn'] });
const commands = app.get(CommandBus);
let sent = 0;

const next = (cards: number): Promise<unknown> => {
  sent += 1;
  return commands.execute(new Spend(`card-${sent % cards}`, sent));
};

async function load({ commands: count, cards, inFlight }: Extract<Request, { kind: 'load' }>): Promise<void> {
  let left = count;
  const loop = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await next(cards);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, loop));
}

async function trickle({ commands: count, cards, perSecond }: Extract<Request, { kind: 'trickle' }>): Promise<void> {
  const begun = performance.now();
  const sending: Promise<unknown>[] = [];
  for (let index = 0; index < count; index += 1) {
    await delay(Math.max(0, begun + (index * 1_000) / perSecond - performance.now()));
    sending.push(next(cards));
  }
  await Promise.all(sending);
}

async function answer(request: Request): Promise<readonly number[]> {
  switch (request.kind) {
    case 'load':
      await load(request);
      return [];
    case 'trickle':
      await trickle(request);
      return [];
    case 'reach':
      await saves.reach(request.total);
      return [];
    case 'durations':
      return saves.takeDurations();
  }
}

process.on('message', (request: Request) => {
  answer(request).then(
    (answered) => process.send!(answered),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
process.send!('booted');

import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Commands, type EventSourcingError, GroupQueue } from '../../../lib/index.js';
import { notesApp, TakeNote, timingOf } from './notes-app.js';
import type { NotesPlan } from './notes-plan.js';
import { openSentNotes, readSentNotes, type SentNotes, unanswered } from './sent-notes.js';

/** One process of the application, as its first argument has it. It ends with its parent. */

const AT_A_TIME = 10;
const MAX_WAITING_JOBS = 50;
const PAUSE_MS = 20;

const plan = JSON.parse(process.argv[2]!) as NotesPlan;
const app = await NestFactory.createApplicationContext(notesApp(plan), { logger: false, abortOnError: false });
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.send?.('ready');
if (plan.role === 'web') await sendAll(app);

/** First what has no answer, as its senders would; then more whenever little is left to do. */
async function sendAll(app: INestApplicationContext): Promise<void> {
  const before = readSentNotes(plan.journal);
  const notes = openSentNotes(plan.journal);
  await Promise.all(unanswered(before).map((index) => send(app, notes, index)));
  let next = Math.max(-1, ...before.keys()) + 1;
  while (plan.sendsMore) {
    const { jobs } = await app
      .get(GroupQueue)
      .depth()
      .catch(() => ({ jobs: Number.POSITIVE_INFINITY }));
    if (jobs > MAX_WAITING_JOBS) {
      await delay(PAUSE_MS);
      continue;
    }
    const some = Array.from({ length: AT_A_TIME }, () => next++);
    await Promise.all(some.map((index) => send(app, notes, index)));
  }
}

/** Repeats under the same id while the server of the queue is away. */
async function send(app: INestApplicationContext, notes: SentNotes, index: number): Promise<void> {
  for (;;) {
    notes.sent(index);
    try {
      const options = { waitFor: 'queued', ...timingOf(index) } as const;
      const { commandId } = await app.get(Commands).run(TakeNote.of(index), options);
      return notes.answered(index, commandId);
    } catch (error) {
      if ((error as Partial<EventSourcingError>).kind !== 'transient') throw error;
      await delay(PAUSE_MS);
    }
  }
}

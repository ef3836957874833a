import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Feeder } from './feeder.js';
import { tallyApp } from './tally-app.js';
import type { TallyPlan } from './tally-plan.js';
import type { FeedMessage } from './tally-process.js';

/** One process of the application, as its first argument has it. A web process feeds what its parent says. */

const plan = JSON.parse(process.argv[2]!) as TallyPlan;
const app = await NestFactory.createApplicationContext(tallyApp(plan), { logger: false, abortOnError: false });
app.enableShutdownHooks();
if (plan.role !== 'worker') {
  const feeder = new Feeder(app, plan.aggregates, plan.journals, (fed) => process.send?.({ fed }));
  process.on('message', ({ upTo, waitFor }: FeedMessage) => feeder.feed(upTo, waitFor));
}
// It ends with its parent.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.send?.('ready');

import 'reflect-metadata';
import type { BenchQueue } from './bench-queue.js';
import { openBullmqQueue } from './bullmq-queue.js';
import { drain } from './drain.js';
import { enqueue } from './enqueue.js';
import { openGroupMqQueue } from './group-mq-queue.js';
import { latency } from './latency.js';
import { openOwnQueue } from './own-queue.js';
import { produce } from './produce.js';
import type { QueueFigures, QueueRun, QueueSystem } from './queue-run.js';

/** One measurement in a process of its own: what it is asked for comes as the first argument, the answer by `send`. */

const TIMEOUT_MS = 120_000;

const OPEN: Readonly<Record<QueueSystem, (run: QueueRun) => Promise<BenchQueue> | BenchQueue>> = {
  own: openOwnQueue,
  bullmq: openBullmqQueue,
  groupmq: openGroupMqQueue,
};

const MEASURE: Readonly<Record<QueueRun['mode'], (queue: BenchQueue, run: QueueRun) => Promise<QueueFigures | void>>> =
  {
    drain,
    enqueue,
    latency,
    produce,
  };

const run = JSON.parse(process.argv[2]!) as QueueRun;
const timeout = setTimeout(() => process.exit(1), TIMEOUT_MS);
const queue = await OPEN[run.system](run);
const figures = await MEASURE[run.mode](queue, run);
await queue.close();
process.send!(figures ?? {}, () => {
  clearTimeout(timeout);
  process.disconnect();
  process.exit(0);
});

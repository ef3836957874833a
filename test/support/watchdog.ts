import { Worker } from 'node:worker_threads';
import { expect } from 'vitest';

/** A test that blocks its process longer than this is ended: vitest's own timeouts need a running event loop. */
const BLOCKED_LIMIT_MS = 60_000;
const BEAT_MS = 1_000;

const watch = `
  const { parentPort, receiveMessageOnPort, workerData: { beats, limitMs } } = require('node:worker_threads');
  let file;
  for (;;) {
    const isBlocked = Atomics.wait(beats, 0, Atomics.load(beats, 0), limitMs) === 'timed-out';
    for (let next; (next = receiveMessageOnPort(parentPort)); ) file = next.message;
    if (!isBlocked) continue;
    require('node:fs').writeSync(2, file + ' blocked its process for ' + limitMs + ' ms; the process was ended.\\n');
    process.kill(process.pid, 'SIGKILL');
  }
`;

let watchdog: Worker | undefined;

/**
 * Ends this process when its event loop stands still (an endless loop, synchronous or of microtasks). One watches all
 * files of a process.
 */
export function startWatchdog(limitMs = BLOCKED_LIMIT_MS): void {
  watchdog ??= start(limitMs);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that of a thread has none
  watchdog.postMessage(expect.getState().testPath);
}

function start(limitMs: number): Worker {
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(watch, { eval: true, workerData: { beats, limitMs } });
  worker.unref();
  setInterval(() => {
    Atomics.add(beats, 0, 1);
    Atomics.notify(beats, 0);
  }, BEAT_MS).unref();
  return worker;
}

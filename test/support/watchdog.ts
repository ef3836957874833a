import { Worker } from 'node:worker_threads';
import { expect } from 'vitest';

/** A test that blocks its process longer than this is ended: vitest's own timeouts need a running event loop. */
const BLOCKED_LIMIT_MS = 60_000;
const BEAT_MS = 1_000;

const watch = `
  const { workerData: { beats, limitMs, file } } = require('node:worker_threads');
  for (;;) {
    if (Atomics.wait(beats, 0, Atomics.load(beats, 0), limitMs) !== 'timed-out') continue;
    require('node:fs').writeSync(2, file + ' blocked its process for ' + limitMs + ' ms; the process was ended.\\n');
    process.kill(process.pid, 'SIGKILL');
  }
`;

/** Ends this process when its event loop stands still (an endless loop, synchronous or of microtasks). */
export function startWatchdog(limitMs = BLOCKED_LIMIT_MS): void {
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  new Worker(watch, { eval: true, workerData: { beats, limitMs, file: expect.getState().testPath } }).unref();
  setInterval(() => {
    Atomics.add(beats, 0, 1);
    Atomics.notify(beats, 0);
  }, BEAT_MS).unref();
}

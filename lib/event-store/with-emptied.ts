import { compareText } from '../tenancy/compare-text.js';
import type { EmptiedStream } from './emptied-stream.js';
import type { StreamHead } from './stream-head.js';

/** Heads of one aggregate type with what retention has removed of them; both come in the order of the log. */
export async function* withEmptied(
  heads: AsyncIterable<StreamHead>,
  emptied: AsyncIterable<EmptiedStream>,
): AsyncGenerator<StreamHead, void, undefined> {
  const iterator = emptied[Symbol.asyncIterator]();
  try {
    let next = await iterator.next();
    for await (const head of heads) {
      while (!next.done && compare(next.value, head) < 0) next = await iterator.next();
      const isOfHead = !next.done && compare(next.value, head) === 0;
      yield isOfHead ? { ...head, emptiedHead: (next.value as EmptiedStream).head } : head;
    }
  } finally {
    await iterator.return?.();
  }
}

function compare(emptied: EmptiedStream, head: StreamHead): number {
  return compareText(emptied.tenantId, head.tenantId) || compareText(emptied.aggregateId, head.aggregateId);
}

import type { StreamHead } from '../event-store/stream-head.js';
import type { TenantId } from '../tenancy/tenant-id.js';

/** How far a projection came on one stream: a sequence, or a number of events. */
export interface Progress {
  readonly tenantId: TenantId;
  readonly id: string;
  readonly value: number;
  /** Of a number of events: the sequence of the last one. */
  readonly upTo?: number;
}

const NOTHING: Pick<Progress, 'value' | 'upTo'> = { value: 0 };

/** A stream's head, and how far a projection came on it. */
export interface HeadWithProgress {
  readonly head: StreamHead;
  readonly value: number;
  readonly upTo?: number;
}

/** The heads whose sequences a projection has not reached, each with what it reached. See `withProgress`. */
export async function* behind(
  heads: AsyncIterable<StreamHead>,
  progress: AsyncIterable<Progress>,
  signal?: AbortSignal,
): AsyncIterable<HeadWithProgress> {
  for await (const one of withProgress(heads, progress, signal)) if (one.value < one.head.sequence) yield one;
}

/**
 * The heads of streams, each with what a projection reached, 0 where it has not begun. Both inputs are ordered by tenant
 * and id as UTF-8 bytes, so one walk over both is enough, in bounded memory. Neither is of one moment, and either may be
 * older than the other.
 *
 * @param signal ends it, with its reason
 */
export async function* withProgress(
  heads: AsyncIterable<StreamHead>,
  progress: AsyncIterable<Progress>,
  signal?: AbortSignal,
): AsyncIterable<HeadWithProgress> {
  const iterator = progress[Symbol.asyncIterator]();
  try {
    let next = await iterator.next();
    for await (const head of heads) {
      signal?.throwIfAborted();
      while (!next.done && compare(next.value, head) < 0) next = await iterator.next();
      const { value, upTo } = !next.done && compare(next.value, head) === 0 ? next.value : NOTHING;
      yield { head, value, upTo };
    }
  } finally {
    await iterator.return?.();
  }
}

function compare(progress: Progress, head: StreamHead): number {
  return compareBytes(progress.tenantId, head.tenantId) || compareBytes(progress.id, head.aggregateId);
}

function compareBytes(one: string, other: string): number {
  return one === other ? 0 : Buffer.compare(Buffer.from(one), Buffer.from(other));
}

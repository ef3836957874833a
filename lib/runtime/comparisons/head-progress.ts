import type { StreamHead } from '../../event-store/stream-head.js';
import type { Progress } from '../behind.js';

/** Heads of streams as how far something came. */
export async function* headProgress(heads: AsyncIterable<StreamHead>): AsyncIterable<Progress> {
  for await (const { tenantId, aggregateId: id, sequence: value } of heads) yield { tenantId, id, value };
}

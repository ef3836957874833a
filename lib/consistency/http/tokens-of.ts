import type { ConsistencyToken } from '../consistency-token.js';
import { contentOf } from '../create-consistency-token.js';
import { encodeToken } from '../token-codec.js';
import { MAX_RANGE_EVENTS, type TokenContent } from '../token-content.js';
import { encodeKey } from '../../tenancy/encode-key.js';

/** The tokens of what a handler returned: of a receipt, the result of an append, or a list of them; one a stream. */
export function tokensOf(returned: unknown): readonly ConsistencyToken[] {
  const sources: readonly unknown[] = Array.isArray(returned) ? returned : [returned];
  const merged = new Map<string, TokenContent>();
  for (const source of sources) {
    const content = contentOf(source);
    if (!content) continue;
    const key = keyOf(content);
    const found = merged.get(key);
    const both = found?.kind === 'stored' && content.kind === 'stored' ? joined(found, content) : content;
    if (both) merged.set(key, both);
    else merged.set(`${key} ${merged.size}`, content);
  }
  return [...merged.values()].map(encodeToken);
}

function keyOf(content: TokenContent): string {
  switch (content.kind) {
    case 'stored':
      return encodeKey('s', content.tenantId, content.stream.aggregateType, content.stream.aggregateId);
    case 'queued':
      return encodeKey('q', content.tenantId, content.receiptId);
    case 'eventless':
      return encodeKey('e', content.tenantId);
  }
}

/** `undefined` when they are too far apart for one token. */
function joined<C extends TokenContent & { kind: 'stored' }>(one: C, other: C): C | undefined {
  const firstSequence = Math.min(one.firstSequence, other.firstSequence);
  const lastSequence = Math.max(one.lastSequence, other.lastSequence);
  return lastSequence - firstSequence < MAX_RANGE_EVENTS ? { ...one, firstSequence, lastSequence } : undefined;
}

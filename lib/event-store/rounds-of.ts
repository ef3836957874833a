import { encodeKey } from '../tenancy/encode-key.js';
import type { DispatchedRange } from './undispatched-stream.js';

/** Ranges as lists in which each stream occurs once, adjacent ranges of a stream as one. */
export function roundsOf(ranges: readonly DispatchedRange[]): readonly (readonly DispatchedRange[])[] {
  const rounds: DispatchedRange[][] = [];
  const byStream = new Map<string, DispatchedRange[]>();
  for (const range of ranges) {
    const { tenantId, aggregateType, aggregateId } = range.stream;
    const key = encodeKey(tenantId, aggregateType, aggregateId);
    const ofStream = byStream.get(key);
    if (ofStream) ofStream.push(range);
    else byStream.set(key, [range]);
  }
  for (const ofStream of byStream.values()) {
    joined(ofStream).forEach((range, round) => (rounds[round] ??= []).push(range));
  }
  return rounds;
}

function joined(ranges: readonly DispatchedRange[]): readonly DispatchedRange[] {
  const result: DispatchedRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = result[result.length - 1];
    if (last && range.from <= last.to + 1) result[result.length - 1] = { ...last, to: Math.max(last.to, range.to) };
    else result.push(range);
  }
  return result;
}

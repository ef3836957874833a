import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import { compareText } from '../../tenancy/compare-text.js';
import type { LogPosition } from '../log-position.js';

/** A place in the log of a tenant, which is ordered by these, one after the other. */
export interface Place {
  /** Milliseconds since the epoch. */
  readonly recordedMs: number;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly sequence: number;
}

/** Before everything that was recorded at this time or later. */
export function placeAt(recordedMs: number): Place {
  return { recordedMs, aggregateType: '', aggregateId: '', sequence: 0 };
}

export function toPosition({ recordedMs, aggregateType, aggregateId, sequence }: Place): LogPosition {
  const stream = Buffer.from(JSON.stringify([aggregateType, aggregateId])).toString('base64url');
  return `${recordedMs}-${sequence}-${stream}` as LogPosition;
}

/** @throws InvalidArgumentError */
export function parsePosition(field: string, position: LogPosition): Place {
  const parts = typeof position === 'string' ? /^(\d{1,15})-(\d{1,15})-([\w-]{1,8192})$/.exec(position) : null;
  const stream = parts ? parseStream(parts[3]!) : undefined;
  if (!parts || !stream) throw new InvalidArgumentError(field, 'must be a position that this store gave');
  return { recordedMs: Number(parts[1]), sequence: Number(parts[2]), aggregateType: stream[0], aggregateId: stream[1] };
}

/** In the order of the log. @throws InvalidArgumentError */
export function comparePositions(one: LogPosition, other: LogPosition): number {
  const a = parsePosition('one', one);
  const b = parsePosition('other', other);
  return (
    a.recordedMs - b.recordedMs ||
    compareText(a.aggregateType, b.aggregateType) ||
    compareText(a.aggregateId, b.aggregateId) ||
    a.sequence - b.sequence
  );
}

function parseStream(text: string): readonly [string, string] | undefined {
  try {
    const [type, id, ...rest] = JSON.parse(Buffer.from(text, 'base64url').toString()) as readonly unknown[];
    return typeof type === 'string' && typeof id === 'string' && rest.length === 0 ? [type, id] : undefined;
  } catch {
    return undefined;
  }
}

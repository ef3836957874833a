import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import type { LogPosition } from '../log-position.js';

/** A place in the log: 64 bit integers as text. */
export interface Place {
  readonly transaction: string;
  readonly position: string;
}

/** Before every event. */
export const BEGINNING: Place = { transaction: '0', position: '0' };

export function toPosition({ transaction, position }: Place): LogPosition {
  return `${transaction}-${position}` as LogPosition;
}

/** @throws InvalidArgumentError */
export function parsePosition(field: string, text: LogPosition): Place {
  const parts = typeof text === 'string' ? /^(\d{1,18})-(\d{1,18})$/.exec(text) : null;
  if (!parts) throw new InvalidArgumentError(field, 'must be a position that this store gave');
  return { transaction: parts[1]!, position: parts[2]! };
}

/** @throws InvalidArgumentError */
export function comparePositions(one: LogPosition, other: LogPosition): number {
  const a = parsePosition('one', one);
  const b = parsePosition('other', other);
  return Number(BigInt(a.transaction) - BigInt(b.transaction) || BigInt(a.position) - BigInt(b.position));
}

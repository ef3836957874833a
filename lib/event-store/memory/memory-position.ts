import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import type { LogPosition } from '../log-position.js';

/** The position of the n-th event of a tenant: an even number, which leaves a place between two events. */
export function toPosition(n: number): LogPosition {
  return String(2 * n) as LogPosition;
}

/** The position behind the n-th event, and before the next. */
export function positionBehind(n: number): LogPosition {
  return String(2 * n + 1) as LogPosition;
}

/**
 * How many events stand at or before a position, and how many before it.
 *
 * @throws InvalidArgumentError
 */
export function parsePosition(
  field: string,
  position: LogPosition,
): { readonly upTo: number; readonly before: number } {
  if (typeof position !== 'string' || !/^\d{1,15}$/.test(position)) {
    throw new InvalidArgumentError(field, 'must be a position that this store gave');
  }
  return { upTo: Math.floor(Number(position) / 2), before: Math.ceil(Number(position) / 2) - 1 };
}

/** @throws InvalidArgumentError */
export function comparePositions(one: LogPosition, other: LogPosition): number {
  parsePosition('one', one);
  parsePosition('other', other);
  return Number(one) - Number(other);
}

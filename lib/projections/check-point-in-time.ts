import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import type { ReplayBound } from './fold-replay.js';
import type { PointInTime } from './projection-options.js';
import { checkInteger } from './stores/check-fields.js';

/** @throws InvalidArgumentError unless exactly one of the two is given */
export function checkPointInTime(point: PointInTime): Pick<ReplayBound, 'sequence' | 'until'> {
  const { sequence, time } = (point ?? {}) as Partial<PointInTime>;
  if ((sequence === undefined) === (time === undefined)) {
    throw new InvalidArgumentError('point', 'must have a sequence or a time, and not both');
  }
  if (time === undefined) return { sequence: checkInteger('point.sequence', sequence, 1) };
  if (!((time as unknown) instanceof Date) || Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('point.time', 'must be a valid Date');
  }
  return { until: time };
}

import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { isReserved } from '../tenancy/reserved-prefix.js';
import { checkText } from './check-stream.js';

/** The aggregate type of streams of our own. @throws InvalidArgumentError */
export function checkOwnType(given: string): string {
  const aggregateType = checkText('aggregateType', given);
  if (!isReserved(aggregateType)) throw new InvalidArgumentError('aggregateType', 'must begin with $');
  return aggregateType;
}

import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import type { ListPart } from './projection-options.js';
import { checkInteger } from './stores/check-fields.js';
import { MAX_LIMIT, MAX_OFFSET } from './stores/check-projection-query.js';

const DEFAULT_SIZE = 100;

/** A page as limit and offset. @throws InvalidArgumentError */
export function checkListPart({ page, limit, offset }: ListPart): {
  readonly limit?: number;
  readonly offset?: number;
} {
  if (page === undefined) return { limit, offset };
  if (limit !== undefined || offset !== undefined) {
    throw new InvalidArgumentError('options.page', 'must not be given together with limit or offset');
  }
  const { number, size = DEFAULT_SIZE } = page ?? {};
  checkInteger('options.page.size', size, 1, MAX_LIMIT);
  checkInteger('options.page.number', number, 1, Math.floor(MAX_OFFSET / size) + 1);
  return { limit: size, offset: (number - 1) * size };
}

import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { integerProblem } from '../errors/integer-problem.js';
import { checkStream } from './check-stream.js';
import type { DispatchedRange, UndispatchedQuery } from './undispatched-stream.js';

/** Most streams of one call, either way. */
export const MAX_UNDISPATCHED = 10_000;

/** @throws InvalidArgumentError */
export function checkUndispatchedQuery(query: UndispatchedQuery): UndispatchedQuery {
  const { olderThanMs, limit } = (query ?? {}) as Partial<UndispatchedQuery>;
  check('query.olderThanMs', integerProblem(olderThanMs, 0));
  check('query.limit', integerProblem(limit, 1, MAX_UNDISPATCHED));
  return { olderThanMs: olderThanMs!, limit: limit! };
}

/** @throws InvalidTenantError @throws InvalidArgumentError */
export function checkDispatched(ranges: readonly DispatchedRange[]): readonly DispatchedRange[] {
  if (!Array.isArray(ranges) || ranges.length > MAX_UNDISPATCHED) {
    throw new InvalidArgumentError('ranges', `must be an array of at most ${MAX_UNDISPATCHED} ranges`);
  }
  return ranges.map((range: DispatchedRange, index) => {
    const { stream, from, to } = (range ?? {}) as Partial<DispatchedRange>;
    check(`ranges[${index}].from`, integerProblem(from, 1, Number.MAX_SAFE_INTEGER));
    check(`ranges[${index}].to`, integerProblem(to, from!, Number.MAX_SAFE_INTEGER));
    return { stream: checkStream(stream!), from: from!, to: to! };
  });
}

function check(field: string, problem: string | null): void {
  if (problem !== null) throw new InvalidArgumentError(field, problem);
}

import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import type { AppendCondition } from './append-options.js';
import { checkEventQuery, type CheckedEventQuery } from './check-event-query.js';
import type { LogPosition } from './log-position.js';

/** A condition in order, but for its position, whose form is the store's own. */
export interface CheckedCondition {
  readonly query: CheckedEventQuery;
  readonly after?: LogPosition;
  /** As it was given, for the error that refuses the append. */
  readonly given: AppendCondition;
}

/** @throws InvalidArgumentError */
export function checkAppendCondition(condition: AppendCondition | undefined): CheckedCondition | undefined {
  if (condition === undefined) return undefined;
  if (typeof condition !== 'object' || condition === null) {
    throw new InvalidArgumentError('options.condition', 'must be an object with a query');
  }
  const { query, after } = condition;
  return { query: checkEventQuery('options.condition.query', query), after, given: condition };
}

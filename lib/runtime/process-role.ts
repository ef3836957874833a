import { InvalidArgumentError } from '../errors/invalid-argument.error.js';

/**
 * What a process does: `web` takes commands and stages them, `worker` handles them and keeps projections, `all` does
 * both.
 *
 * @publicApi
 */
export type ProcessRole = 'web' | 'worker' | 'all';

const ROLES: readonly string[] = ['web', 'worker', 'all'] satisfies ProcessRole[];

/**
 * The role named in the options, else in EVENT_SOURCING_ROLE, else `all`.
 *
 * @throws InvalidArgumentError for any other word
 */
export function processRole(option: ProcessRole | undefined): ProcessRole {
  const role = option ?? process.env['EVENT_SOURCING_ROLE'] ?? 'all';
  if (!ROLES.includes(role))
    throw new InvalidArgumentError('role (EVENT_SOURCING_ROLE)', `must be one of ${ROLES.join(', ')}, not '${role}'`);
  return role as ProcessRole;
}

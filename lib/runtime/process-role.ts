import { InvalidArgumentError } from '../errors/invalid-argument.error.js';

/**
 * What a process does: `web` stages commands and what is appended, and handles nothing; `worker` handles what any process
 * staged, keeps the projections and runs the reactors; `all` does both. `web` needs a queue that processes share. Every
 * process has the same pipelines, whatever its role.
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

import type { CommandContext } from './command-context.js';
import type { Decision } from './decision.js';

/**
 * Instances of `@DomainEvent` classes, in order.
 *
 * @publicApi
 */
export type DomainEvents = readonly object[];

/**
 * Decides what a command leads to.
 *
 * @publicApi
 */
export interface AggregateCommandHandler<C extends object> {
  /**
   * Returns the events that the command leads to; an empty list when it changes nothing. A `Decision`, such as the
   * aggregate that it loaded, is stored only while what it was decided on still holds: nobody else has appended to the
   * stream, or nothing came that matches the query of its condition; else it is called again. Called again, too, when an
   * attempt failed before its events were stored.
   *
   * @throws CommandRejectedError when a business rule says no
   */
  handle(command: C, context: CommandContext): Promise<DomainEvents | Decision> | DomainEvents | Decision;
}

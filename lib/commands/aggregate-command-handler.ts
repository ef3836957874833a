import type { CommandContext } from './command-context.js';

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
   * Returns the events that the command leads to; an empty list when it changes nothing. Called again when an attempt
   * failed before its events were stored.
   *
   * @throws CommandRejectedError when a business rule says no
   */
  handle(command: C, context: CommandContext): Promise<DomainEvents> | DomainEvents;
}

import type { TenantId } from '@event-sourcing/nestjs';
import type { Terminal } from './terminal.js';

/** For whom an entry does its work. */
export interface MenuContext {
  readonly terminal: Terminal;
  readonly tenantId: TenantId;
}

/** What one feature is in the menu. */
export interface MenuEntry {
  readonly title: string;
  /** @throws CommandRejectedError when a rule says no, and InvalidInputError for an answer that is none */
  run(context: MenuContext): Promise<void>;
}

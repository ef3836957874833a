import type { Provider, Type } from '@nestjs/common';
import type { MenuEntry } from '../menu/menu-entry.js';

/** One feature of the bank: what it answers over HTTP, what it does, and what it is in the menu. */
export interface Slice {
  readonly controllers: readonly Type[];
  /** Handlers of commands, projections and queries. */
  readonly providers: readonly Provider[];
  readonly menu: Type<MenuEntry>;
}

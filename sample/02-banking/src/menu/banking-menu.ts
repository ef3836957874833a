import type { INestApplicationContext } from '@nestjs/common';
import { SLICES } from '../features/slices.js';
import { InputEndedError } from './input-ended.error.js';
import type { MenuContext, MenuEntry } from './menu-entry.js';
import { printError } from './print-error.js';
import type { RebuildMenu } from './rebuild-menu.js';

const REBUILD = '9';
const EXIT = '0';

/** The menu over one running application. */
export class BankingMenu {
  private readonly entries: readonly MenuEntry[];

  constructor(
    app: INestApplicationContext,
    private readonly context: MenuContext,
    private readonly rebuilds: RebuildMenu,
  ) {
    this.entries = SLICES.map(({ menu }) => app.get(menu));
  }

  /** The projections to build anew, for which the application must be started again; `undefined` at the end. */
  async run(): Promise<readonly string[] | undefined> {
    const { terminal } = this.context;
    for (;;) {
      const titles = this.entries.map(({ title }, index) => `  ${index + 1}  ${title}`);
      terminal.print('', ...titles, `  ${REBUILD}  Rebuild projections`, `  ${EXIT}  Exit`);
      const choice = await terminal.ask('Your choice: ');
      if (choice === EXIT) return undefined;
      if (choice === REBUILD) {
        const projections = await this.rebuilds.ask();
        if (projections.length > 0) return projections;
      } else {
        await this.choose(choice);
      }
    }
  }

  private async choose(choice: string): Promise<void> {
    const { terminal } = this.context;
    const entry = /^\d$/.test(choice) ? this.entries[Number(choice) - 1] : undefined;
    if (!entry) return terminal.print(`Choose one of the numbers, not "${choice}".`);
    try {
      terminal.print('', entry.title);
      await entry.run(this.context);
    } catch (error) {
      if (error instanceof InputEndedError) throw error;
      printError(terminal, error);
    }
  }
}

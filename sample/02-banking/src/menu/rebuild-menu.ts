import { RebuildCounts } from '../rebuilds/rebuild-counts.js';
import type { Settings } from '../settings.js';
import type { Terminal } from './terminal.js';

const OPTIONS: readonly { readonly title: string; readonly projections: readonly string[] }[] = [
  { title: 'Accounts', projections: ['account_overview'] },
  { title: 'Monthly analytics', projections: ['monthly_analytics'] },
  { title: 'All of them', projections: ['account_overview', 'monthly_analytics'] },
];

/** Asks which projections are to be built anew. */
export class RebuildMenu {
  constructor(
    private readonly terminal: Terminal,
    private readonly settings: Settings,
  ) {}

  /** The projections that the next start builds anew; none when it was thought better of. */
  async ask(): Promise<readonly string[]> {
    const { terminal, settings } = this;
    if (settings.store.kind === 'memory') {
      terminal.print('In memory there would be nothing left to build from: start without STORE=memory.');
      return [];
    }
    terminal.print('', 'Rebuild from the log:', ...OPTIONS.map(({ title }, index) => `  ${index + 1}  ${title}`));
    const option = OPTIONS[Number(await terminal.ask('Which? (nothing goes back): ')) - 1];
    if (!option) return [];
    terminal.print('The log is read from its beginning, while the present rows go on being read.');
    const sure = await terminal.ask('Go on? (y/N): ');
    if (!/^y(es)?$/i.test(sure)) return [];
    RebuildCounts.raise(settings.rebuildsPath, option.projections);
    return option.projections;
  }
}

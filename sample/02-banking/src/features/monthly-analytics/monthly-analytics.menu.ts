import { Injectable } from '@nestjs/common';
import type { MenuContext, MenuEntry } from '../../menu/menu-entry.js';
import { formatCents } from '../../money/format-cents.js';
import { type MonthDto, MonthlyAnalyticsDto } from './monthly-analytics.dto.js';
import { GetMonthlyAnalytics } from './monthly-analytics.query.js';

@Injectable()
export class MonthlyAnalyticsMenu implements MenuEntry {
  readonly title = 'Monthly analytics';

  constructor(private readonly query: GetMonthlyAnalytics) {}

  async run({ terminal, tenantId }: MenuContext): Promise<void> {
    const months = await this.query.get(tenantId, new MonthlyAnalyticsDto());
    if (months.length === 0) terminal.print('Nothing has happened yet.');
    for (const month of months) terminal.print(...describe(month));
  }
}

function describe(month: MonthDto): readonly string[] {
  const { accountsOpened, accountsClosed, totalAccounts, deposits, withdrawals, transfers, turnover } = month;
  return [
    `${month.month}: ${accountsOpened} opened, ${accountsClosed} closed, ${totalAccounts} open at the end`,
    `  ${deposits} deposits, ${withdrawals} withdrawals, ${transfers} transfers`,
    ...turnover.map(
      ({ currency, depositedCents, withdrawnCents, transferredCents }) =>
        `  ${currency}: ${formatCents(depositedCents)} in, ${formatCents(withdrawnCents)} out, ` +
        `${formatCents(transferredCents)} transferred`,
    ),
  ];
}

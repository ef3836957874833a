import { InjectProjection, ProjectionReader, type TenantId } from '@event-sourcing/nestjs';
import { Injectable } from '@nestjs/common';
import type { MonthDto, MonthlyAnalyticsDto } from './monthly-analytics.dto.js';
import { MonthlyAnalytics } from './monthly-analytics.fold.js';
import type { MonthlyAnalyticsState } from './monthly-analytics.state.js';

/** Those of 83 years: the open accounts of a month are those of all before it. */
const MAX_ROWS = 1_000;

@Injectable()
export class GetMonthlyAnalytics {
  constructor(@InjectProjection(MonthlyAnalytics) private readonly rows: ProjectionReader<MonthlyAnalyticsState>) {}

  /** The last months of a bank in which there was anything, in their order. */
  async get(tenantId: TenantId, { months, year }: MonthlyAnalyticsDto): Promise<readonly MonthDto[]> {
    const { items } = await this.rows.list({ tenantId, sort: { by: 'month' }, limit: MAX_ROWS });
    let totalAccounts = 0;
    const all = items.map(({ state: { turnover, ...month } }): MonthDto => {
      totalAccounts += month.accountsOpened - month.accountsClosed;
      return {
        ...month,
        totalAccounts,
        turnover: Object.entries(turnover)
          .map(([currency, cents]) => ({ currency, ...cents }))
          .toSorted((one, other) => one.currency.localeCompare(other.currency)),
      };
    });
    return all.filter(({ month }) => year === undefined || month.startsWith(`${year}-`)).slice(-months);
  }
}

import type { TenantId } from '@event-sourcing/nestjs';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentTenant } from '../../http/current-tenant.decorator.js';
import { ShowsOwnWrites } from '../../http/shows-own-writes.decorator.js';
import { TenantScoped } from '../../http/tenant-scoped.decorator.js';
import { MonthlyAnalyticsDto, MonthlyAnalyticsPageDto } from './monthly-analytics.dto.js';
import { MonthlyAnalytics } from './monthly-analytics.fold.js';
import { GetMonthlyAnalytics } from './monthly-analytics.query.js';

@ApiTags('analytics')
@Controller('analytics')
@TenantScoped()
export class MonthlyAnalyticsController {
  constructor(private readonly query: GetMonthlyAnalytics) {}

  @Get('monthly')
  @ShowsOwnWrites(MonthlyAnalytics)
  @ApiOperation({ summary: 'What happened month by month' })
  @ApiOkResponse({ type: MonthlyAnalyticsPageDto })
  async get(
    @CurrentTenant() tenantId: TenantId,
    @Query() query: MonthlyAnalyticsDto,
  ): Promise<MonthlyAnalyticsPageDto> {
    return { items: await this.query.get(tenantId, query) };
  }
}

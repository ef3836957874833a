import type { TenantId } from '@event-sourcing/nestjs';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentTenant } from '../../http/current-tenant.decorator.js';
import { Reads } from '../../http/reads.js';
import { TenantScoped } from '../../http/tenant-scoped.decorator.js';
import { ProjectDailyBillableEvents } from '../project-daily-billable-events.fold.js';
import { ProjectDailySdkUsage } from '../project-daily-sdk-usage.fold.js';
import { DailyBillableEventsPageDto } from './daily-billable-events.dto.js';
import { DailySdkUsagePageDto } from './daily-sdk-usage.dto.js';
import { toDayFilter, UsageQueryDto } from './usage-query.dto.js';

/** What a project used, by day. */
@ApiTags('usage')
@Controller('usage')
@TenantScoped()
export class UsageController {
  constructor(private readonly reads: Reads) {}

  @Get('billable-events')
  @ApiOperation({ summary: 'Billable events by day, the latest first' })
  @ApiOkResponse({ type: DailyBillableEventsPageDto })
  listBillableEvents(
    @CurrentTenant() tenantId: TenantId,
    @Query() query: UsageQueryDto,
  ): Promise<DailyBillableEventsPageDto> {
    return this.reads.list(ProjectDailyBillableEvents, {
      tenantId,
      query,
      filter: toDayFilter(query),
      latestBy: 'day',
      toItem: (_day, state) => state,
    });
  }

  @Get('sdks')
  @ApiOperation({ summary: 'SDKs that sent spans, by day, the latest first' })
  @ApiOkResponse({ type: DailySdkUsagePageDto })
  listSdks(@CurrentTenant() tenantId: TenantId, @Query() query: UsageQueryDto): Promise<DailySdkUsagePageDto> {
    return this.reads.list(ProjectDailySdkUsage, {
      tenantId,
      query,
      filter: toDayFilter(query),
      latestBy: 'day',
      toItem: (_day, state) => state,
    });
  }
}

import type { TenantId } from '@event-sourcing/nestjs';
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentTenant } from '../http/current-tenant.decorator.js';
import { TenantScoped } from '../http/tenant-scoped.decorator.js';
import { AlertDto } from './alert.dto.js';
import { RecentAlerts } from './recent-alerts.js';

/** What the reactors told of lately. */
@ApiTags('alerts')
@Controller('alerts')
@TenantScoped()
export class AlertsController {
  constructor(private readonly alerts: RecentAlerts) {}

  @Get()
  @ApiOperation({ summary: 'The last hundred alerts that this process raised, newest first' })
  @ApiOkResponse({ type: [AlertDto] })
  list(@CurrentTenant() tenantId: TenantId): AlertDto[] {
    return this.alerts.list(tenantId).map((alert) => new AlertDto(alert));
  }
}

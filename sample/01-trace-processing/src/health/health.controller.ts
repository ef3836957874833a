import { Controller, Get, UseFilters } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { HealthFilter } from './health.filter.js';
import { QueueHealthIndicator } from './queue.health.js';
import { StorageHealthIndicator } from './storage.health.js';

/** For load balancers and orchestrators, the same in every role. */
@ApiTags('health')
@Controller('health')
@UseFilters(HealthFilter)
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly storage: StorageHealthIndicator,
    private readonly queue: QueueHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check(): Promise<HealthCheckResult> {
    return this.health.check([() => this.storage.isHealthy('storage'), () => this.queue.isHealthy('queue')]);
  }
}

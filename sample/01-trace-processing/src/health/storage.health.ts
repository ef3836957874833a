import { EventSourcingHealth } from '@event-sourcing/nestjs';
import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';

const TIMEOUT_MS = 3_000;

/** Whether what this process rests on answers. */
@Injectable()
export class StorageHealthIndicator {
  constructor(
    private readonly storage: EventSourcingHealth,
    private readonly indicators: HealthIndicatorService,
  ) {}

  async isHealthy(key: string): Promise<HealthIndicatorResult> {
    return this.indicators
      .check(key)
      .attempt(() => this.storage.check())
      .withTimeout(TIMEOUT_MS);
  }
}

import { GroupQueue } from '@event-sourcing/nestjs';
import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';

const TIMEOUT_MS = 3_000;

/** How much work there is, and how much of it stands still. */
@Injectable()
export class QueueHealthIndicator {
  constructor(
    private readonly queue: GroupQueue,
    private readonly indicators: HealthIndicatorService,
  ) {}

  async isHealthy(key: string): Promise<HealthIndicatorResult> {
    return this.indicators
      .check(key)
      .attempt(async () => ({ ...(await this.queue.depth()) }))
      .withTimeout(TIMEOUT_MS);
  }
}

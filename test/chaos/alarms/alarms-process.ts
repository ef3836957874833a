import type { Type } from '@nestjs/common';
import type { ProcessRole } from '../../../lib/index.js';
import { postgres } from '../../../lib/postgres.js';
import { redisQueue } from '../../../lib/redis.js';
import { alarmsApp } from '../../support/alarms-app.js';

/** What all processes of the application have in common. */
export interface AlarmsSettings {
  readonly postgresUrl: string;
  readonly redisPort: number;
  readonly leaseMs: number;
  readonly sweepIntervalMs: number;
}

/** The application of one process, on PostgreSQL and Redis. */
export function alarmsProcess(role: ProcessRole, settings: AlarmsSettings): Type {
  const { postgresUrl, redisPort, leaseMs, sweepIntervalMs } = settings;
  return alarmsApp({
    role,
    sweepIntervalMs,
    eventStore: postgres({ connectionString: postgresUrl }),
    queue: redisQueue({ connection: { host: '127.0.0.1', port: redisPort }, leaseMs }),
  });
}

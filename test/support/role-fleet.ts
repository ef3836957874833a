import type { INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { ProcessRole } from '../../lib/index.js';
import { compile, type Compiled } from './compile.js';
import { startTestPostgres, type TestPostgres } from './postgres-server.js';
import { startTestRedis, type TestRedis } from './redis-server.js';
import { roleApp, type RoleSettings } from './role-app.js';
import { RoleProcess } from './role-process.js';

/**
 * Processes and applications of all roles over one PostgreSQL and one Redis, ended after each test, when both are empty
 * again. Made at the top of a test file.
 */
export class RoleFleet {
  private compiled!: Compiled;
  private server!: TestPostgres;
  private apps: INestApplicationContext[] = [];
  private processes: RoleProcess[] = [];
  redis!: TestRedis;
  /** Of the processes that are started from now on; made anew before each test. */
  settings!: RoleSettings;

  constructor(leaseMs: number) {
    beforeAll(async () => {
      [this.compiled, this.server, this.redis] = await Promise.all([
        compile('test/support/role-main.ts'),
        startTestPostgres(),
        startTestRedis(),
      ]);
    });
    afterAll(() => Promise.all([this.compiled.remove(), this.server.stop(), this.redis.stop()]));
    beforeEach(async () => {
      await this.redis.flush();
      this.settings = { postgresUrl: await this.server.createDatabase(), redisPort: this.redis.port, leaseMs };
    });
    afterEach(async () => {
      await Promise.all(this.processes.splice(0).map((one) => one.end('SIGKILL')));
      for (const app of this.apps.splice(0)) await app.close();
    });
  }

  /** A process of its own. */
  async spawn(role: ProcessRole, more: Partial<RoleSettings> = {}): Promise<RoleProcess> {
    const one = await RoleProcess.start(this.compiled, role, { ...this.settings, ...more });
    this.processes.push(one);
    return one;
  }

  /** The application in this process. */
  async boot(
    role: ProcessRole,
    more: Partial<RoleSettings> = {},
    handlers?: readonly Type[],
  ): Promise<INestApplicationContext> {
    const module = roleApp(role, { ...this.settings, ...more }, handlers);
    const app = await NestFactory.createApplicationContext(module, { logger: false });
    this.apps.push(app);
    return app;
  }

  async close(app: INestApplicationContext): Promise<void> {
    this.apps.splice(this.apps.indexOf(app), 1);
    await app.close();
  }
}

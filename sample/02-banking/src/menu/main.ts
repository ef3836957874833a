import 'reflect-metadata';
import { createTenantId, ProjectionMaintenance } from '@event-sourcing/nestjs';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module.js';
import { readSettings, type Settings } from '../settings.js';
import { BankingMenu } from './banking-menu.js';
import { InputEndedError } from './input-ended.error.js';
import { RebuildMenu } from './rebuild-menu.js';
import { retireOlder } from './retire-older.js';
import { Terminal } from './terminal.js';
import { watchBuilds } from './watch-builds.js';

const terminal = new Terminal(process.stdin, process.stdout);
// Its window was closed.
process.on('SIGHUP', () => terminal.close());
process.stdout.on('error', () => terminal.close());

/** One application after the other: projections get their versions when it starts. */
async function run(settings: Settings): Promise<void> {
  const tenantId = createTenantId(settings.tenant);
  terminal.print(`The bank "${tenantId}" opens ...`);
  let rebuilt: readonly string[] | undefined = [];
  while (rebuilt) {
    const app = await open();
    try {
      const maintenance = app.get(ProjectionMaintenance);
      await watchBuilds(maintenance, terminal, rebuilt);
      if (settings.store.kind === 'embedded') await retireOlder(maintenance);
      rebuilt = await new BankingMenu(app, { terminal, tenantId }, new RebuildMenu(terminal, settings)).run();
    } finally {
      await app.close();
    }
  }
}

async function open(): Promise<INestApplicationContext> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'], abortOnError: false });
  // Not all signals, which is the default: Node aborts when its terminal is gone, and would never end where that is caught.
  return app.enableShutdownHooks(['SIGINT', 'SIGTERM']);
}

run(readSettings(process.env))
  .catch((error: unknown) => {
    if (error instanceof InputEndedError) return;
    terminal.print(`The bank cannot go on: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  })
  .finally(() => {
    terminal.print('Goodbye.');
    terminal.close();
  });

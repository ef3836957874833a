import { type INestApplicationContext, Module, type ModuleMetadata, type Provider, type Type } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { afterEach } from 'vitest';
import { EventSourcingModule, type EventSourcingModuleOptions } from '../../lib/index.js';
import { Added, acme, Reset } from './counter-app.js';
import { silentLogger } from './silent-logger.js';

const apps: INestApplicationContext[] = [];

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

/** Boots an application, which is closed after the test. */
export async function start(
  root: Type,
  prepare = (builder: TestingModuleBuilder): TestingModuleBuilder => builder.setLogger(silentLogger),
): Promise<INestApplicationContext> {
  const module = await prepare(Test.createTestingModule({ imports: [root] })).compile();
  const app = await module.init();
  apps.push(app);
  return app;
}

/** An application whose counting pipeline has other providers. */
export function appWith(
  providers: Provider[],
  options: EventSourcingModuleOptions = {},
  imports: NonNullable<ModuleMetadata['imports']> = [],
): Type {
  @Module({
    imports: [
      EventSourcingModule.forFeature({ pipeline: 'counting', aggregateType: 'counter', events: [Added, Reset] }),
    ],
    providers,
  })
  class CountingModule {}
  @Module({ imports: [CqrsModule.forRoot(), EventSourcingModule.forRoot(options), CountingModule, ...imports] })
  class AppModule {}
  return AppModule;
}

/** The stream of a counter. */
export const stream = (aggregateId: string, tenantId = acme) => ({ tenantId, aggregateType: 'counter', aggregateId });

import type { LoggerService, ModuleMetadata } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { TestingModuleBuilder } from '@nestjs/testing';
import { Clock } from './clock/clock.js';
import { EventSourcingModule } from './event-sourcing.module.js';
import { loadPackage } from './packages/load-package.js';
import type { QueueAdapter } from './queue/queue-adapter.js';
import type { EventSourcingModuleOptions } from './runtime/event-sourcing-options.js';
import type { StorageAdapter } from './storage/storage.js';
import { TestingApplication } from './testing/testing-application.js';

/** What an application of a test is made of; beside it the options of `forRoot()`. @publicApi */
export interface TestingOptions extends Omit<EventSourcingModuleOptions, 'eventStore' | 'queue'> {
  /** The feature modules that are tested, and the modules of `register()` of pipelines in code. */
  readonly imports: NonNullable<ModuleMetadata['imports']>;
  /** Such as a `TestClock`. @default that of the system */
  readonly clock?: Clock;
  /** `false` is silent. @default that of Nest */
  readonly logger?: LoggerService | false;
  /** Replaces providers, before the application is made. */
  readonly prepare?: (builder: TestingModuleBuilder) => TestingModuleBuilder;
}

/** @publicApi */
export interface StoresForTesting {
  readonly eventStore: StorageAdapter;
  readonly queue: QueueAdapter;
}

const PACKAGE = { name: '@nestjs/testing', install: '@nestjs/testing@12', purpose: 'An application for a test' };

/**
 * Starts an application with these feature modules on stores that the test chooses, as integration tests want it:
 *
 * ```ts
 * const es = await createWithStores({
 *   imports: [TraceProcessingModule],
 *   eventStore: postgres({ connectionString }),
 *   queue: redisQueue({ url }),
 * });
 * await es.commands.run(new RecordSpan(tenantId, span), { waitFor: TraceSummary });
 * await es.close();
 * ```
 *
 * It has the `CqrsModule`, and the role `all` unless the options say another one. Needs `@nestjs/testing`.
 *
 * @throws MissingPackageError without `@nestjs/testing`
 * @throws what the boot of an application throws
 * @publicApi
 */
export async function createWithStores({
  imports,
  clock,
  logger,
  prepare = (builder) => builder,
  role = 'all',
  ...options
}: TestingOptions & StoresForTesting): Promise<TestingApplication> {
  const { Test } = await loadPackage(PACKAGE, () => import('@nestjs/testing'));
  const root = EventSourcingModule.forRoot({ ...options, role });
  const builder = Test.createTestingModule({ imports: [CqrsModule.forRoot(), root, ...imports] });
  if (clock) builder.overrideProvider(Clock).useValue(clock);
  // Without a logger Nest's testing modules tell of nothing but errors, as `false` does not.
  if (logger !== undefined) builder.setLogger(logger === false ? SILENT : logger);
  const module = await prepare(builder).compile();
  return new TestingApplication(await module.init());
}

const SILENT: LoggerService = { log() {}, error() {}, warn() {}, fatal() {}, debug() {}, verbose() {} };

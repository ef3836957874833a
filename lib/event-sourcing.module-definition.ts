import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { EventSourcingModuleOptions } from './runtime/event-sourcing-options.js';

/** What `forRoot()` and `forRootAsync()` are made from. */
export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<EventSourcingModuleOptions>({ moduleName: 'EventSourcing' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createEventSourcingOptions')
    .build();

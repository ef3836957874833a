import { ConfigurableModuleBuilder, Module } from '@nestjs/common';
import type { PipelineOptions } from './pipeline-options.js';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<PipelineOptions>({
  moduleName: 'EventSourcingFeature',
})
  .setClassMethodName('forFeature')
  .build();

/** Under this token a feature module's own instance of the module below holds its `PipelineOptions`. */
export const PIPELINE_OPTIONS = MODULE_OPTIONS_TOKEN;

/** Says which pipeline the providers of the importing module belong to. */
@Module({})
export class EventSourcingFeatureModule extends ConfigurableModuleClass {}

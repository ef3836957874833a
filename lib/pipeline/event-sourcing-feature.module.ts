import { ConfigurableModuleBuilder, Inject, Module, Optional } from '@nestjs/common';
import type { PipelineOptions } from './pipeline-options.js';
import { ROOT } from './root.token.js';
import { WiringError } from './wiring.error.js';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<PipelineOptions>({
  moduleName: 'EventSourcingFeature',
})
  .setClassMethodName('forFeature')
  .build();

/** Under this token a feature module's own instance of the module below holds its `PipelineOptions`. */
export const PIPELINE_OPTIONS = MODULE_OPTIONS_TOKEN;

/** Says which pipeline the providers of the importing module belong to. */
@Module({})
export class EventSourcingFeatureModule extends ConfigurableModuleClass {
  /** @throws WiringError when the root module is not there */
  constructor(@Optional() @Inject(ROOT) root?: unknown) {
    super();
    if (root === undefined) {
      throw new WiringError([
        'There is a forFeature(), but no forRoot(): import EventSourcingModule.forRoot() in the root module.',
      ]);
    }
  }
}

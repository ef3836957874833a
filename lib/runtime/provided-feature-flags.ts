import type { ModuleRef } from '@nestjs/core';
import { FeatureFlags, type SwitchableWork } from '../feature-flags/feature-flags.js';
import type { FeatureFlagsClass } from './event-sourcing-options.js';

/** The feature flags of a provider of the application, which may come into being after this module. */
export class ProvidedFeatureFlags extends FeatureFlags {
  constructor(
    private readonly provider: FeatureFlagsClass,
    private readonly moduleRef: ModuleRef,
  ) {
    super();
  }

  isOn(work: SwitchableWork): boolean | Promise<boolean> {
    return this.moduleRef.get<FeatureFlags>(this.provider, { strict: false }).isOn(work);
  }
}

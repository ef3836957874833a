import { FeatureFlags } from './feature-flags.js';

/** What holds where nobody gave feature flags. */
export class AllOn extends FeatureFlags {
  isOn(): boolean {
    return true;
  }
}

export { FeatureFlags, type SwitchableWork } from './feature-flags.js';

export { createForTesting } from './create-for-testing.js';
export { createWithStores, type StoresForTesting, type TestingOptions } from './create-with-stores.js';
export * from './testing/index.js';

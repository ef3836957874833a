export { createStorageContext } from '../../lib/testing/contract/create-storage-context.js';

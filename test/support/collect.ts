export { collect } from '../../lib/testing/contract/collect.js';

export { gate, type Gate } from '../../lib/testing/contract/gate.js';

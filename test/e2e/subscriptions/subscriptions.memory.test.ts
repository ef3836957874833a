import { survivingMemory } from '../../support/memories.js';
import { subscriptionsSuite } from './subscriptions.suite.js';

subscriptionsSuite({
  name: 'memory',
  create: async () => {
    const memory = survivingMemory();
    return () => memory;
  },
});

import { survivingMemory } from '../../support/memories.js';
import { putAsideSuite } from './put-aside.suite.js';
import { retirementSuite } from './retirement.suite.js';
import { type Backend, subscriptionsSuite } from './subscriptions.suite.js';

const backend: Backend = {
  name: 'memory',
  create: async () => {
    const memory = survivingMemory();
    return () => memory;
  },
};

subscriptionsSuite(backend);
putAsideSuite(backend);
retirementSuite(backend);

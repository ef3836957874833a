import { survivingMemory } from '../../support/memories.js';
import { buildsSuite } from './builds.suite.js';

buildsSuite({ name: 'memory', open: async () => survivingMemory() });

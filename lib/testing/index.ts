export { type AggregateGiven, specifyAggregate } from './aggregate-specification.js';
export { type DeciderGiven, specifyDecider } from './decider-specification.js';
export { Expectation } from './specification.js';
export { TestClock } from './test-clock.js';

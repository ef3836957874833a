export { type AggregateGiven, specifyAggregate } from './aggregate-specification.js';
export { type DeciderGiven, specifyDecider } from './decider-specification.js';
export { ProcessExpectation } from './process-expectation.js';
export { type ProcessGiven, type ProcessSpecificationOptions, specifyProcess } from './process-specification.js';
export { Expectation } from './specification.js';
export { TestClock } from './test-clock.js';
export { rejection, type Told, ToldRejection, ToldWakeUp, wakeUp } from './told.js';

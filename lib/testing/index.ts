export { type AggregateGiven, specifyAggregate } from './aggregate-specification.js';
export {
  type CommandGiven,
  type CommandSpecificationOptions,
  type CommandTools,
  specifyCommandHandler,
} from './command-specification.js';
export { type DeciderGiven, specifyDecider } from './decider-specification.js';
export { DecisionExpectation } from './decision-expectation.js';
export { type EventMatchers, eventMatchers, type MatcherResult } from './event-matchers.js';
export { type FoldExpectation, type FoldGiven, specifyFold } from './fold-specification.js';
export type { GivenEvent } from './given-event.js';
export { NotSettledError } from './not-settled.error.js';
export { ProcessExpectation } from './process-expectation.js';
export { type ProcessGiven, type ProcessSpecificationOptions, specifyProcess } from './process-specification.js';
export {
  type ReactionExpectation,
  type ReactorGiven,
  type ReactorSpecificationOptions,
  specifyReactor,
} from './reactor-specification.js';
export type { SpecifiedStream } from './specified-log.js';
export { Expectation } from './specification.js';
export { TestClock } from './test-clock.js';
export { TestingApplication } from './testing-application.js';
export { rejection, type Told, ToldRejection, ToldWakeUp, wakeUp } from './told.js';

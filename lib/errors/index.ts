export * from './closed.error.js';
export * from './error-kind.js';
export * from './event-sourcing.error.js';
export * from './invalid-argument.error.js';
export * from './outage.error.js';
export * from './permanent.error.js';
export * from './unsupported.error.js';

export { EventGoneError } from './event-gone.error.js';
export type { ReactorDurability } from './reactor-durability.js';
export type { ReactorContext, ReactorHandler } from './reactor-handler.js';
export type { DebounceOptions, DedupeOptions, KeyOptions, ReactorTiming, ThrottleOptions } from './reactor-timing.js';
export { Reactor, type ReactorOptions } from './reactor.decorator.js';

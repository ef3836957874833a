export type { ReactorContext, ReactorHandler } from './reactor-handler.js';
export { Reactor, type DebounceOptions, type ReactorOptions } from './reactor.decorator.js';

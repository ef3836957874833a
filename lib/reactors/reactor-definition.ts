import type { HandlerReference } from '../handlers/handler-reference.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import type { ReactorHandler } from './reactor-handler.js';
import type { ReactorOptions } from './reactor.decorator.js';

/** A reactor of a pipeline. */
export interface ReactorDefinition {
  readonly name: string;
  readonly fold: FoldDefinition;
  /** Types of the events that it reacts to. */
  readonly types: ReadonlySet<string>;
  readonly options: ReactorOptions;
  readonly handler: HandlerReference<ReactorHandler<unknown>>;
}

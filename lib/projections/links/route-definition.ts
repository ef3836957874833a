import type { FoldDefinition } from '../fold-definition.js';
import type { FoldProjectionOptions } from '../fold-projection.decorator.js';

type Named = 'component' | 'name' | 'version' | 'projectionClass' | 'types' | 'sources';

/** How events are linked to keys: what a fold with keys says of it, or anybody else who has streams of links. */
export interface RouteDefinition extends Pick<FoldDefinition, Named> {
  /** Of the streams of links. */
  readonly aggregateType: string;
  readonly options: Pick<FoldProjectionOptions, 'key' | 'maxKeys' | 'maxBatchEvents'>;
}

import { Inject } from '@nestjs/common';
import type { FoldClass } from './projection-class.js';
import { getProjectionReaderToken } from './projection-reader-tokens.js';

/**
 * Injects the reader of one fold, in any module of the application:
 *
 *     constructor(@InjectProjection(TraceSummary) private readonly summaries: ProjectionReader<TraceSummaryState>) {}
 *
 * A class that no module provides as a fold stops the boot with a `WiringError`.
 *
 * @publicApi
 */
export function InjectProjection(projection: FoldClass<unknown>): PropertyDecorator & ParameterDecorator {
  return Inject(getProjectionReaderToken(projection));
}

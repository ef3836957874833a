import type { FactoryProvider } from '@nestjs/common';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import type { FoldClass } from './projection-class.js';
import { ProjectionReader } from './projection-reader.js';
import { Projections } from './projections.js';

const tokens = new Map<FoldClass<unknown>, symbol>();
const classes = new Map<unknown, FoldClass<unknown>>();

/**
 * The readers that any class of this process asks for. Decorators fill these lists while files are loaded, and Nest reads
 * them when the application is made, so that the order of loading does not matter.
 */
export const projectionReaderProviders: FactoryProvider[] = [];
export const projectionReaderTokens: symbol[] = [];

/**
 * The token under which `@InjectProjection(TraceSummary)` finds its reader: for `overrideProvider()` in tests, and for
 * `inject` of factories.
 *
 * @throws InvalidArgumentError for what is no class
 * @publicApi
 */
export function getProjectionReaderToken(projection: FoldClass<unknown>): symbol {
  // Nothing is given where files import each other in a circle.
  if (typeof projection !== 'function') throw new InvalidArgumentError('projection', 'must be a class');
  let token = tokens.get(projection);
  if (token === undefined) {
    token = Symbol(`ProjectionReader of ${projection.name}`);
    tokens.set(projection, token);
    classes.set(token, projection);
    projectionReaderTokens.push(token);
    projectionReaderProviders.push({
      provide: token,
      inject: [Projections],
      // Whether this application has the projection is checked with the rest of its wiring.
      useFactory: (projections: Projections) => new ProjectionReader(projections, projection),
    });
  }
  return token;
}

/** The class that a token stands for, if it is one of a reader. */
export function projectionOfToken(token: unknown): FoldClass<unknown> | undefined {
  return classes.get(token);
}

import { Global, Module } from '@nestjs/common';
import { projectionReaderProviders, projectionReaderTokens } from './projection-reader-tokens.js';

/** Provides what `@InjectProjection` asks for, everywhere. */
@Global()
@Module({ providers: projectionReaderProviders, exports: projectionReaderTokens })
export class ProjectionReadersModule {}

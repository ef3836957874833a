import { Module } from '@nestjs/common';
import { HttpModule } from '../../http/http.module.js';
import { GlobalProjectionsModule } from '../global-projections.module.js';
import { UsageController } from './usage.controller.js';

/** What the global projections answer over HTTP; a worker has none of it. */
@Module({ imports: [GlobalProjectionsModule, HttpModule], controllers: [UsageController] })
export class UsageApiModule {}

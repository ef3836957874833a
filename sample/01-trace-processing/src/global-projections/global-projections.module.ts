import { Module } from '@nestjs/common';
import { ProjectDailyBillableEvents } from './project-daily-billable-events.fold.js';
import { ProjectDailySdkUsage } from './project-daily-sdk-usage.fold.js';

/** Folds over the events of all pipelines. They belong to none, so there is no `forFeature()`. */
@Module({ providers: [ProjectDailyBillableEvents, ProjectDailySdkUsage] })
export class GlobalProjectionsModule {}

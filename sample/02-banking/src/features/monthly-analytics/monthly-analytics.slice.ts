import type { Slice } from '../slice.js';
import { MonthlyAnalyticsController } from './monthly-analytics.controller.js';
import { MonthlyAnalytics } from './monthly-analytics.fold.js';
import { MonthlyAnalyticsMenu } from './monthly-analytics.menu.js';
import { GetMonthlyAnalytics } from './monthly-analytics.query.js';

export const monthlyAnalyticsSlice: Slice = {
  controllers: [MonthlyAnalyticsController],
  providers: [MonthlyAnalytics, GetMonthlyAnalytics],
  menu: MonthlyAnalyticsMenu,
};

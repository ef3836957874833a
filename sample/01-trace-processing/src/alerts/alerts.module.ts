import { Module } from '@nestjs/common';
import { RecentAlerts } from './recent-alerts.js';

/** Where reactors raise alerts, in every role. */
@Module({ providers: [RecentAlerts], exports: [RecentAlerts] })
export class AlertsModule {}

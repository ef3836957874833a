import { Module } from '@nestjs/common';
import { AlertsController } from './alerts.controller.js';
import { AlertsModule } from './alerts.module.js';

/** The alerts over HTTP. */
@Module({ imports: [AlertsModule], controllers: [AlertsController] })
export class AlertsApiModule {}

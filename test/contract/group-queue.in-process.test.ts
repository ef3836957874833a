import { Logger } from '@nestjs/common';
import { SystemClock } from '../../lib/clock/system-clock.js';
import { inProcessQueue } from '../../lib/queue/in-process/in-process-queue.adapter.js';
import { silentLogger } from '../support/silent-logger.js';
import { groupQueueSuite } from './group-queue.suite.js';

Logger.overrideLogger(silentLogger);

groupQueueSuite('in-process', (limits) => inProcessQueue(limits).open({ clock: new SystemClock() }));

import { Logger } from '@nestjs/common';
import { inProcessQueue } from '../../lib/queue/in-process/in-process-queue.adapter.js';
import { silentLogger } from '../support/silent-logger.js';
import { recurringJobsSuite } from './recurring-jobs.suite.js';

Logger.overrideLogger(silentLogger);

recurringJobsSuite('in-process', () => inProcessQueue());

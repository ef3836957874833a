import { Logger } from '@nestjs/common';
import * as runner from 'vitest';
import { inProcessQueue } from '../../lib/queue/in-process/in-process-queue.adapter.js';
import { recurringJobsSuite } from '../../lib/testing/contract/recurring-jobs.suite.js';
import { openRecurringJobs } from '../support/open-recurring-jobs.js';
import { silentLogger } from '../support/silent-logger.js';

Logger.overrideLogger(silentLogger);

recurringJobsSuite('in-process', () => openRecurringJobs(inProcessQueue()), { runner });

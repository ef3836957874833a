import { ConsoleLogger } from '@nestjs/common';

/** For tests in which failures are expected, and their log lines would only be in the way. */
export const silentLogger = new ConsoleLogger({ logLevels: [] });

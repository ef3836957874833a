import 'reflect-metadata';
import { afterAll, vi } from 'vitest';
import { startWatchdog } from './watchdog.js';

startWatchdog();
// The next file may run in this process.
afterAll(() => void vi.restoreAllMocks());

import 'reflect-metadata';
import { startWatchdog } from './watchdog.js';

startWatchdog();

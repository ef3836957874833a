import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { alarmsProcess, type AlarmsPlan } from './alarms-process.js';

/** A worker of the application, as its first argument has it. It ends with its parent. */

await NestFactory.createApplicationContext(alarmsProcess('worker', JSON.parse(process.argv[2]!) as AlarmsPlan), {
  logger: false,
});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.send?.('ready');

import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { toldProcess, type ToldSettings } from './told-process.js';

/** A worker of the application, as its first argument has it. It ends with its parent. */

await NestFactory.createApplicationContext(toldProcess('worker', JSON.parse(process.argv[2]!) as ToldSettings), {
  logger: false,
});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.send?.('ready');
